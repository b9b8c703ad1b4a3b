// The recipe's `contents:`: where packages come from, and which are asked for.
#pragma once

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// Fills in sources and packages, neither of which may be empty. Throws Error (usage) at its place.
void read_contents(const Node& node, Recipe& recipe);

}  // namespace debone::recipe
