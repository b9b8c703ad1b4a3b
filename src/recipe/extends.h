// The recipe's `extends:`: the image that it begins with. Of a recipe that is another's base, its sources are the
// other's too, so that what is added comes from where the base came from.
#pragma once

#include <functional>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// "php-fpm" is a recipe of the catalog, "base.yaml" one beside this; "./base", "../out/base.tar:debug" are images.
// Throws Error (usage) at its place where the catalog's text names a file.
Extends extends_of(const Node& node);

// Two recipes' sources: the base's, and then those that are not the base's; one with the same `debian`, `name` or `deb`
// stands in the base's place.
std::vector<Source> joined_sources(const std::vector<Source>& base, const std::vector<Source>& own);

}  // namespace debone::recipe
