#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "resolve/lock.h"
#include "resolve/yaml_text.h"

namespace debone::resolve {
namespace {

// Sections without an item are left out.
template <typename Item, typename Line>
void section(std::string& text, std::string_view name, const std::vector<Item>& items, Line line,
             std::string_view indent = "") {
  if (items.empty()) return;
  text += fmt::format("{}{}:\n", indent, name);
  for (const auto& item : items) text += fmt::format("{}  - {}\n", indent, line(item));
}

std::string line_of(const LockedSuite& suite) {
  FlowMap map;
  map.add("label", suite.label);
  if (!suite.origin.empty()) map.add("origin", suite.origin);
  if (!suite.suite.empty()) map.add("suite", suite.suite);
  if (!suite.codename.empty()) map.add("codename", suite.codename);
  map.add("date", base::iso_time(suite.date));
  map.add("key", suite.key);
  map.add("sha256", suite.sha256.hex());
  return map.str();
}

std::string line_of(const LockedAccount& account) {
  FlowMap map;
  map.add("name", account.name);
  map.add("id", fmt::format("{}", account.id));
  return map.str();
}

std::string line_of(const LockedNeed& need) {
  FlowMap map;
  map.add("path", need.path);
  map.add("soname", need.soname);
  return map.str();
}

// What a reviewer asks about first comes first, what no person reads last.
std::string line_of(const LockedPackage& package) {
  FlowMap map;
  map.add("name", package.name);
  map.add("version", package.version);
  map.add("arch", package.architecture);
  map.add("state", name_of(package.state));
  map.add("why", package.reason);
  map.add("from", package.from);
  if (package.state == LockedState::left_out) return map.str();
  map.add("size", fmt::format("{}", package.size));
  map.add("sha256", package.sha256.hex());
  if (!package.path.empty()) map.add("path", package.path);
  return map.str();
}

}  // namespace

std::string_view name_of(LockedState state) {
  switch (state) {
    case LockedState::kept: return "kept";
    case LockedState::data_only: return "data-only";
    case LockedState::read: return "read";
    case LockedState::files: return "files";
    case LockedState::debug: return "debug";
    case LockedState::left_out: return "left-out";
  }
  return {};
}

std::string text_of(const Lock& lock) {
  const auto item = [](const InputItem& one) { return yaml_text(one.text); };
  const auto line = [](const auto& one) { return line_of(one); };
  auto text = fmt::format(
      "# The exact packages of {}, written by debone. `debone update` renews them, `debone lock --check` proves them.\n"
      "lock: 1\n"
      "name: {}\n"
      "closure: {}\n",
      lock.inputs.name, yaml_text(lock.inputs.name), name_of(lock.inputs.closure));
  if (!lock.inputs.extends.empty()) {
    text += fmt::format("extends: {}\nbase:\n", yaml_text(lock.inputs.extends));
    for (const auto& one : lock.architectures) text += fmt::format("  {}: {}\n", one.name, one.base->hex());
  }
  section(text, "sources", lock.inputs.sources, [](const InputSource& source) { return source.str(); });
  section(text, "requests", lock.inputs.requests, item);
  section(text, "files", lock.inputs.files, item);
  section(text, "keep", lock.inputs.keep, item);
  section(text, "exclude", lock.inputs.exclude, item);
  section(text, "debug", lock.inputs.debug, item);
  if (!lock.inputs.starts.empty()) text += fmt::format("starts: {}\n", yaml_text(lock.inputs.starts));
  section(text, "cuts", lock.inputs.cuts, item);
  section(text, "suites", lock.suites, line);
  section(text, "waived", lock.waived, [](const std::string& waived) { return yaml_text(waived); });
  section(text, "users", lock.users, line);
  section(text, "groups", lock.groups, line);
  text += "packages:\n";
  for (const auto& one : lock.architectures) section(text, one.name, one.packages, line, "  ");
  if (std::ranges::any_of(lock.architectures, [](const auto& one) { return !one.unresolved.empty(); })) {
    text += "unresolved:\n";
    for (const auto& one : lock.architectures) section(text, one.name, one.unresolved, line, "  ");
  }
  text += "with-apt:\n";
  for (const auto& one : lock.architectures) {
    FlowMap map;
    map.add("packages", fmt::format("{}", one.apt_packages));
    map.add("size", fmt::format("{}", one.apt_size));
    text += fmt::format("  {}: {}\n", one.name, map.str());
  }
  return text;
}

}  // namespace debone::resolve
