// From the chosen packages to an image's file system: their .debs fetched and read, put together, and left as their
// maintainer scripts and the recipe would have it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/build_context.h"
#include "cli/select_packages.h"
#include "evidence/cut_files.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::cli {

struct ImageTree {
  tree::Tree tree;
  std::int64_t created = 0;               // the image's date
  std::vector<evidence::CutTotal> cut;    // of the packages' files what was left out, by which rule
  std::set<std::string> cut_names;        // how these are called: "libfoo.so.1"
  std::optional<tree::Tree> debug;        // what the debug variants have beside it
  std::vector<std::string> finishers;     // that scripts asked for
  std::shared_ptr<const BaseImage> base;  // that it is made onto; null: none
  recipe::Recipe recipe;                  // with what it inherits from its base
};

// Throws Error; (usage) where the base is not that of the selection's lock.
ImageTree build_tree(const recipe::Recipe& recipe, const Selection& selection, const BuildContext& context);

}  // namespace debone::cli
