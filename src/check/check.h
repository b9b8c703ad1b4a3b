// What an image must satisfy before it is written. A finding has an id that stays the same, a place, and words.
#pragma once

#include <string>
#include <vector>

#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::check {

enum class Severity { report, failure };

struct Finding {
  std::string id;  // "entrypoint-missing"
  Severity severity = Severity::failure;
  std::string path;  // absolute, or empty
  std::string text;  // what is wrong and the way out
};

// Judges a finished tree, findings sorted by id and path. Under apt's full closure, shells and set-id programs are
// reported, not failures.
std::vector<Finding> image(const tree::Tree& tree, const recipe::Recipe& recipe);

}  // namespace debone::check
