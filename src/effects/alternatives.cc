#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
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

// What update-alternatives itself remembers of a group, in the form of its own source (alternative_save in
// utils/update-alternatives.c of dpkg): the mode, the link, the slaves; a blank line; each choice with its priority and
// its slaves' paths.
std::string admin_file(const std::vector<const InstalledAlternative*>& choices) {
  std::map<std::string, std::string> slave_links;
  std::map<std::string, const InstalledAlternative*> by_path;  // of one that is installed again the last counts
  for (const auto* choice : choices) {
    by_path[choice->alternative.path] = choice;
    for (const auto& slave : choice->slaves) slave_links[slave.name] = slave.link;
  }
  auto text = fmt::format("auto\n{}\n", choices.back()->alternative.link);
  for (const auto& [name, link] : slave_links) text += fmt::format("{}\n{}\n", name, link);
  text += '\n';
  for (const auto& [path, choice] : by_path) {
    text += fmt::format("{}\n{}\n", path, choice->priority);
    for (const auto& [name, link] : slave_links) {
      const auto slave = std::ranges::find(choice->slaves, name, &Alternative::name);
      text += (slave == choice->slaves.end() ? "" : slave->path) + "\n";
    }
  }
  return text + '\n';
}

using Groups = std::map<std::string, std::vector<InstalledAlternative>>;

// Makes the groups of which a choice is there, and takes them out. What was cut, or what a script installs only where
// it is there, is none; what another group links (emacs for editor) is one once that is made.
bool make_some(Context& context, Groups& groups) {
  Groups left;
  std::vector<const InstalledAlternative*> best;
  std::vector<std::pair<RelPath, std::string>> admin_files;
  const bool has_tool = context.has(at("usr/bin/update-alternatives"));
  for (const auto& [name, choices] : groups) {
    const InstalledAlternative* found = nullptr;
    std::vector<const InstalledAlternative*> there;
    for (const auto& choice : choices) {
      if (!exists(context, choice.alternative.path)) continue;
      there.push_back(&choice);
      // The first of the highest priority: another must beat the one that stands.
      if (found == nullptr || choice.priority > found->priority) found = &choice;
    }
    if (found == nullptr) {
      left.emplace(name, choices);
      continue;
    }
    best.push_back(found);
    const auto file = RelPath::parse(name);
    if (has_tool && file && !file->is_root()) {
      admin_files.emplace_back(at("var/lib/dpkg/alternatives") / *file, admin_file(there));
    }
  }
  for (auto& [path, text] : admin_files) context.write_if_absent(path, std::move(text));
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
