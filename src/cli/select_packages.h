// Which packages an image for one architecture takes, and where their .debs are: from a lock, or by resolving anew.
// Whoever has a Selection need not know by which of the two ways it came.
#pragma once

#include <string>
#include <vector>

#include "archive/archive.h"
#include "cli/base_image.h"
#include "cli/build_context.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::cli {

struct Selection {
  // The packages of apt's closure, each with its state and the reason for it. Where they were resolved, they stand in
  // no file: their places are empty.
  resolve::LockedArchitecture architecture;
  std::vector<resolve::LockedSuite> suites;    // the Releases that they are from
  std::vector<archive::Wanted> debs;           // of those not left out; the recipe's own are in the store already
  std::vector<std::string> waived;             // what --allow-* let pass, now or for the lock
  const resolve::Lock* lock = nullptr;         // that it is from; null: resolved
  std::shared_ptr<const BaseImage> base = {};  // that the recipe extends, where it was opened already
};

// The lock must agree with the recipe. `what` is what the user typed for it. Throws Error (usage) where the lock has no
// such architecture, or the recipe's own .deb is another than was locked.
Selection select_from_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, const std::string& architecture,
                           const std::string& what, const BuildContext& context);

// Opens the base, where the recipe extends one. Throws Error as archive::open(), resolve::solve() and open_base() do.
Selection select_by_resolving(const recipe::Recipe& recipe, const std::string& architecture,
                              const BuildContext& context);

}  // namespace debone::cli
