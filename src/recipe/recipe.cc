#include "recipe/recipe.h"

namespace debone::recipe {

std::string Recipe::starts() const {
  if (init) return init->programs.empty() ? "" : init->programs.front();
  const auto& command = entrypoint.empty() ? cmd : entrypoint;
  return command.empty() ? "" : command.front();
}

}  // namespace debone::recipe
