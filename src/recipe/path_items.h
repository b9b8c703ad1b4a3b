// A `paths:` list: directories, files, trees, links and permissions that a recipe puts into the image.
#pragma once

#include <vector>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// The items in their order. One item may make a path, and one more of type `permissions` change it. Throws Error
// (usage) at its place.
std::vector<PathItem> read_path_items(const Node& node);

}  // namespace debone::recipe
