// The files that an image takes of a package without the package: those that the recipe's `contents: files:` names,
// the directories on their way, and the package's copyright file, without which they may not be passed on.
#pragma once

#include <cstddef>
#include <vector>

#include "evidence/cut_files.h"
#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::evidence {

// What the rest of the package counts under.
constexpr std::string_view not_picked_rule = "files";

// The rest, sorted by file. A glob that fits a directory stands for all below it. Throws Error (usage) at the item's
// place where one of its globs fits nothing in the package.
std::vector<Cut> not_picked(const recipe::PackageFiles& files, const package::Facts& facts, std::size_t package);

}  // namespace debone::evidence
