// The packages that a recipe's `effects:` speak for.
#pragma once

#include <string_view>

#include "recipe/recipe.h"

namespace debone::effects {

// Whether they speak for this one: nothing is read of its scripts then.
bool is_stated(const recipe::Recipe& recipe, std::string_view package);

}  // namespace debone::effects
