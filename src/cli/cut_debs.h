// The cuts of a build: the packages' files that a rule leaves out are taken from the .debs before a tree is made of
// them.
#pragma once

#include <string>
#include <vector>

#include "base/events.h"
#include "evidence/cut_files.h"
#include "package/deb.h"
#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::cli {

// `facts` are those of `debs`, one by one. Gives what was cut by which rule. Configuration that names what is not there
// any more is a warning.
std::vector<evidence::CutTotal> cut_debs(std::vector<package::Deb>& debs, const std::vector<package::Facts>& facts,
                                         const recipe::Recipe& recipe, base::Events& events);

// "1234 files, 22.1 MB: no-docs 15.2 MB, no-man 6.9 MB"; "nothing".
std::string told(const std::vector<evidence::CutTotal>& totals);

}  // namespace debone::cli
