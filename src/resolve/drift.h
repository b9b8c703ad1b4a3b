// Where a recipe and its lock disagree: what the recipe asks for now, against what the lock was made from. A pure
// comparison of two texts; no archive is asked.
#pragma once

#include <string>
#include <vector>

#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::resolve {

struct Drift {
  std::string place;  // "app.yaml:4:14", or the lock's line where the recipe has none
  std::string what;   // "'hello=1.2' is asked for, 'hello=1.1' is locked (app.lock:6:5)"
};

// In this order: name, closure, base, sources, packages, files, keep, exclude, the program that starts, cuts, accounts
// that the recipe states, architectures.
std::vector<Drift> drift(const recipe::Recipe& recipe, const Lock& lock);

}  // namespace debone::resolve
