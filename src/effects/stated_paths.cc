#include "effects/finishers.h"
#include "tree/assemble.h"

namespace debone::effects {

void stated_paths(Context& context) {
  const auto& recipe = *context.input.recipe;
  for (const auto& effects : recipe.effects)
    tree::apply_paths(context.tree, effects.paths, context.input.created, context.events);
  tree::apply_paths(context.tree, recipe.paths, context.input.created, context.events);
}

}  // namespace debone::effects
