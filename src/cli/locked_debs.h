// The .debs that a lock names: where each may be had, without any index.
#pragma once

#include <string>
#include <vector>

#include "archive/archive.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"
#include "store/store.h"

namespace debone::cli {

// The section of that architecture. Throws Error (usage) where the lock has none; `what` is what the user typed for the
// recipe.
const resolve::LockedArchitecture& locked_architecture(const resolve::Lock& lock, const std::string& architecture,
                                                       const std::string& what);

// The .debs of archives: from the source's address, else from the snapshot archive as of the locked Release. Throws
// Error (usage) at the lock's line where the recipe's sources have no such suite, or it may not supply the package.
std::vector<archive::Wanted> locked_debs(const resolve::Lock& lock, const resolve::LockedArchitecture& architecture,
                                         const recipe::Recipe& recipe, const archive::Options& options);

// Puts the recipe's own .debs into the store. Throws Error (usage) at the lock's line where one is another file than
// was locked.
void add_locked_files(const resolve::LockedArchitecture& architecture, const recipe::Recipe& recipe,
                      store::Store& store);

}  // namespace debone::cli
