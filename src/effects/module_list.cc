#include "effects/module_list.h"

#include <fmt/format.h>

namespace debone::effects {

void list_modules(Context& context, const ListModules& step) {
  if (!context.is_directory(step.directory)) return;
  std::string lines;
  for (const auto& path : context.files_in(step.directory, ".so")) {
    const std::string name(path.name());
    const auto module = step.directory / at(name);
    if (const auto known = step.modules.find(name); known != step.modules.end()) {
      lines += filled(known->second, {{"module", module.absolute()}});
    } else {
      context.events.warning(fmt::format("{} is left out of {}: the table of effects does not know it",
                                         module.absolute(), step.list.absolute()));
    }
  }
  if (!lines.empty() || !step.head.empty()) context.write(step.list, step.head + lines + step.tail);
}

}  // namespace debone::effects
