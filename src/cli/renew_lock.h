// Writing a lock anew: the recipe is resolved for each of its architectures, and what that changes in the image is
// told.
#pragma once

#include <string>
#include <vector>

#include "cli/archive_options.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::cli {

// For which architectures a recipe is locked: those that it states; else those of the lock that it has (or null) and
// those that
// --arch names; else the machine's own. Throws Error (usage) where --arch names another than the recipe states.
std::vector<std::string> locked_architectures(const ArchiveOptions& options, const recipe::Recipe& recipe,
                                              const resolve::Lock* before);

// `what` is what the user typed for the recipe. Writes its lock, and prints what that changes against `before`, and of
// how many packages it is. Throws Error as resolving and fetching do; the lock that is there stays as it is then.
void renew_lock(const std::string& what, const recipe::Recipe& recipe, const resolve::Lock* before,
                const ArchiveOptions& options);

}  // namespace debone::cli
