// What is left out of the files of an image's packages: by the cuts, and by a lean closure of programs that nothing in
// the image could run. The build, `why` and `cuts` ask here, so that they say the same.
#pragma once

#include <string>
#include <vector>

#include "evidence/cut_files.h"
#include "package/facts.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::cli {

// `packages` are those of a selection, or some of them, and `facts` of each; null where a package is left out. What is
// only read for effects has no file to cut; of a package that the recipe takes files of, the others are. Throws Error
// as evidence::not_picked() does.
evidence::CutFiles cut_packages(const evidence::Cuts& cuts, const recipe::Recipe& recipe,
                                const std::vector<const resolve::LockedPackage*>& packages,
                                const std::vector<const package::Facts*>& facts);

// "1234 files, 22.1 MB: no-docs 15.2 MB, no-man 6.9 MB"; "nothing".
std::string summary_of(const std::vector<evidence::CutTotal>& totals);

}  // namespace debone::cli
