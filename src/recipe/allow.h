// The recipe's `allow:`: which findings of check:: are accepted, and why.
#pragma once

#include <vector>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// {ID: REASON} for all findings of that id, {ID: {PATH: REASON}} for those at the paths; in the recipe's order. Throws
// Error (usage) at the place of an unknown id, of what is no absolute path, and of a reason that is missing.
std::vector<Allowance> read_allow(const Node& node);

}  // namespace debone::recipe
