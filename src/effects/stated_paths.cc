#include <algorithm>

#include "effects/finishers.h"
#include "effects/stated.h"
#include "tree/assemble.h"

namespace debone::effects {

bool is_stated(const recipe::Recipe& recipe, std::string_view package) {
  return std::ranges::find(recipe.effects, package, &recipe::StatedEffects::package) != recipe.effects.end();
}

void stated_paths(Context& context) {
  const auto& recipe = *context.input.recipe;
  for (const auto& effects : recipe.effects)
    tree::apply_paths(context.tree, effects.paths, context.input.created, context.events);
  tree::apply_paths(context.tree, recipe.paths, context.input.created, context.events);
}

}  // namespace debone::effects
