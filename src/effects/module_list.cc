#include "effects/module_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace debone::effects {

void list_modules(Context& context, const ListModules& step) {
  if (!context.is_directory(step.directory)) return;
  auto files = context.list(step.directory, tree::NodeType::file);
  const auto links = context.list(step.directory, tree::NodeType::symlink);
  files.insert(files.end(), links.begin(), links.end());
  std::ranges::sort(files);
  std::string lines;
  for (const auto& path : files) {
    const std::string name(path.name());
    if (!name.ends_with(".so")) continue;
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
