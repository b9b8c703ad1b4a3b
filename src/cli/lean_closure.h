// The lean closure of what the resolver chose: the .debs of apt's closure are brought into the store, their facts
// looked at, and each package is kept or left out by the evidence.
#pragma once

#include <string>
#include <vector>

#include "cli/build_context.h"
#include "cli/choice.h"
#include "evidence/closure.h"
#include "recipe/recipe.h"
#include "resolve/solve.h"

namespace debone::cli {

struct LeanClosure {
  std::vector<resolve::Chosen> packages;  // sorted by name: apt's closure, and the Essential packages
  std::vector<package::Facts> facts;      // of each, and then of the base, where there is one
  evidence::Closure closure;              // likewise; points into neither

  // Why a package is kept or not, in words that name what shows it: "/usr/bin/php8.4 of php8.4-cli needs libxml2.so.2".
  std::string told(std::size_t package) const;
};

// `image` is what apt would choose on an empty system, `system` what on one with the Essential packages; `base` what
// the recipe extends, or null. Throws Error as archive::fetch(), read_deb() and evidence::closure() do.
LeanClosure find_lean_closure(const resolve::Solution& image, const resolve::Solution& system, const Choice& choice,
                              const recipe::Recipe& recipe, const BaseImage* base, const std::string& architecture,
                              const BuildContext& context);

}  // namespace debone::cli
