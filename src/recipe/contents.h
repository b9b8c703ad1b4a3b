// The recipe's `contents:`: where packages come from, and which are asked for.
#pragma once

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// What two sources cannot share: a codename, a repository's name, a .deb's path.
std::string identity_of(const Source& source);

// Fills in sources and packages, neither of which may be empty but in a recipe that extends an image, and files. Throws
// Error (usage) at its place.
void read_contents(const Node& node, Recipe& recipe);

}  // namespace debone::recipe
