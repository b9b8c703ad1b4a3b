// What an image of a recipe would run: the recipe's part of OCI's config.
#pragma once

#include <cstdint>
#include <string>

#include "image/image.h"
#include "recipe/recipe.h"

namespace debone::cli {

// `architecture` is Debian's name, `created` the image's date.
image::Config config_of(const recipe::Recipe& recipe, recipe::Variant variant, const std::string& architecture,
                        std::int64_t created);

}  // namespace debone::cli
