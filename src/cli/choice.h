// A recipe's sources, opened: everything that may be chosen from, in the form in which the resolver takes it.
#pragma once

#include <string>
#include <vector>

#include "archive/archive.h"
#include "cli/base_image.h"
#include "cli/build_context.h"
#include "cli/local_debs.h"
#include "recipe/recipe.h"
#include "resolve/solve.h"

namespace debone::cli {

// Where a chosen package comes from: an index of a suite, or the recipe's own .deb.
struct Origin {
  const archive::Suite* suite = nullptr;  // null: a .deb, in the store already
  std::string label;                      // as a lock has it: "trixie-security", "./tool.deb"
  bool is_base = false;                   // in the image that is extended, and nowhere else
};

struct Choice {
  std::vector<archive::Suite> suites;
  std::vector<LocalDebs> locals;
  std::vector<debian::PackageIndex> base;     // one, or none
  std::vector<resolve::Available> available;  // points into the three
  std::vector<Origin> origins;                // by Available::origin; likewise

  const Origin& of(const resolve::Chosen& chosen) const { return origins[chosen.origin]; }
};

// `suites` are those of the recipe's sources, `base` is what it extends, or null: its packages come before all others.
// Throws Error as add_local_debs() does.
Choice choice_of(std::vector<archive::Suite> suites, const recipe::Recipe& recipe, const std::string& architecture,
                 const BaseImage* base, store::Store& store);

}  // namespace debone::cli
