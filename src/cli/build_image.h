// From the chosen packages to an image for one architecture: with select_packages.h and build_tree.h the flow of
// docs/architecture.md.
#pragma once

#include <cstdint>
#include <vector>

#include "check/check.h"
#include "cli/build_context.h"
#include "cli/locked_accounts.h"
#include "cli/select_packages.h"
#include "evidence/cut_files.h"
#include "image/image.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::cli {

// What the images of a recipe for one architecture came to.
struct BuiltImage {
  std::vector<image::Image> variants;  // those asked for, in that order; empty where no layers were wanted
  tree::Tree tree;                     // of the first variant asked for
  Accounts accounts;
  std::uint64_t tar_size = 0;           // bytes of the tars of the recipe's layers
  std::uint64_t compressed_size = 0;    // bytes of the recipe's layers
  std::vector<evidence::CutTotal> cut;  // of the packages' files what was left out, by which rule
  check::Verdict verdict;               // without failures, findings of many paths grouped
};

// Throws Error; a check that fails is one (does_not_hold), so is an account that is not as the selection's lock has it
// (usage).
BuiltImage build_image(const recipe::Recipe& recipe, const Selection& selection,
                       const std::vector<recipe::Variant>& variants, const BuildContext& context);

}  // namespace debone::cli
