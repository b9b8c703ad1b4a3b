#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/text.h"
#include "effects/accounting.h"
#include "effects/finishers.h"
#include "effects/stated.h"
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

using Groups = std::map<std::string, std::vector<InstalledAlternative>>;

// Makes the groups of which a choice is there, and takes them out. What was cut, or what a script installs only where
// it is there, is none; what another group links (emacs for editor) is one once that is made.
bool make_some(Context& context, Groups& groups) {
  Groups left;
  std::vector<const InstalledAlternative*> best;
  for (const auto& [name, choices] : groups) {
    const InstalledAlternative* found = nullptr;
    // The first of the highest priority: another must beat the one that stands.
    for (const auto& choice : choices)
      if ((found == nullptr || choice.priority > found->priority) && exists(context, choice.alternative.path))
        found = &choice;
    if (found == nullptr)
      left.emplace(name, choices);
    else
      best.push_back(found);
  }
  for (const auto* choice : best) {
    make(context, choice->alternative);
    for (const auto& slave : choice->slaves)
      if (exists(context, slave.path)) make(context, slave);
  }
  const bool made = !best.empty();
  groups = std::move(left);
  return made;
}

}  // namespace

void alternatives(Context& context) {
  Groups groups;
  for (const auto& deb : context.debs()) {
    const auto script = deb.control_files.find("postinst");
    if (script == deb.control_files.end() || is_stated(*context.input.recipe, deb.record.name)) continue;
    for (auto& installed : package::installed_alternatives(script->second))
      groups[installed.alternative.name].push_back(std::move(installed));
  }
  for (const auto& script : context.scripts)
    for (const auto& step : script.steps)
      if (const auto* added = std::get_if<AddAlternative>(&step.what); added != nullptr && context.applies(step))
        groups[added->alternative.alternative.name].push_back(added->alternative);
  // What the base links stays as it is: what it was chosen from is not known any more.
  std::erase_if(groups, [&](const auto& group) {
    const auto name = RelPath::parse(group.first);
    return name && context.is_of_base(at("etc/alternatives") / *name);
  });
  while (make_some(context, groups)) {
  }
}

}  // namespace debone::effects
