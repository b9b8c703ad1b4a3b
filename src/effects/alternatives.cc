#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/text.h"
#include "effects/accounting.h"
#include "effects/finishers.h"
#include "package/update_alternatives.h"

namespace debone::effects {
namespace {

using base::RelPath;
using package::Alternative;
using package::InstalledAlternative;

// /etc/alternatives/NAME -> PATH and LINK -> /etc/alternatives/NAME. A program's own file is not replaced by a link.
void make(Context& context, const Alternative& alternative) {
  const auto link = RelPath::parse_absolute(alternative.link);
  const auto name = RelPath::parse(alternative.name);
  if (!link || !name || link->is_root() || name->is_root()) return;
  context.link(at("etc/alternatives") / *name, alternative.path);
  const auto* standing = context.tree.find(context.tree.resolve(*link, false));
  if (standing != nullptr && standing->type != tree::NodeType::symlink) {
    context.events.warning(
        fmt::format("{} is no link, so the alternative '{}' leaves it alone", link->absolute(), alternative.name));
    return;
  }
  context.link(*link, fmt::format("/etc/alternatives/{}", alternative.name));
}

bool exists(const Context& context, const std::string& path) {
  const auto parsed = RelPath::parse_absolute(path);
  return parsed && context.tree.find_following(*parsed) != nullptr;
}

}  // namespace

void alternatives(Context& context) {
  std::map<std::string, std::vector<InstalledAlternative>> groups;
  for (const auto& deb : context.debs()) {
    const auto script = deb.control_files.find("postinst");
    if (script == deb.control_files.end()) continue;
    for (auto& installed : package::installed_alternatives(script->second)) {
      // What was cut, or what a script installs only where it is there, is no choice.
      if (!exists(context, installed.alternative.path)) continue;
      groups[installed.alternative.name].push_back(std::move(installed));
    }
  }
  for (const auto& script : context.scripts) {
    for (const auto& step : script.steps) {
      const auto* added = std::get_if<AddAlternative>(&step.what);
      if (added != nullptr && exists(context, added->alternative.alternative.path))
        groups[added->alternative.alternative.name].push_back(added->alternative);
    }
  }
  for (const auto& [name, choices] : groups) {
    // The first of the highest priority: another must beat the one that stands.
    const auto& best = *std::ranges::max_element(choices, {}, &InstalledAlternative::priority);
    make(context, best.alternative);
    for (const auto& slave : best.slaves)
      if (exists(context, slave.path)) make(context, slave);
  }
}

}  // namespace debone::effects
