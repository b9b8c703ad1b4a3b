#include "resolve/lock_changes.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace debone::resolve {
namespace {

bool is_in_image(const LockedPackage* package) { return package != nullptr && package->state != LockedState::left_out; }

// Another build of one version is another file.
bool is_same(const LockedPackage& a, const LockedPackage& b) {
  return a.version == b.version && a.architecture == b.architecture && a.state == b.state && a.sha256 == b.sha256;
}

}  // namespace

std::string LockChange::str() const {
  if (!is_in_image(before)) return fmt::format("+ {} {}", package, after->version);
  if (!is_in_image(after)) return fmt::format("- {} {}", package, before->version);
  std::string text = fmt::format("~ {} {}", package, before->version);
  if (before->version != after->version) {
    text += " -> " + after->version;
  } else if (before->state == after->state) {
    text += ": another build";
  }
  if (before->state != after->state) text += fmt::format(": {} -> {}", name_of(before->state), name_of(after->state));
  return text;
}

std::vector<LockChange> lock_changes(const Lock& before, const Lock& after) {
  std::map<std::pair<std::string, std::string>, LockChange> all;
  const auto collect = [&](const Lock& lock, const LockedPackage* LockChange::* side) {
    for (const auto& architecture : lock.architectures) {
      for (const auto& package : architecture.packages) {
        auto& change = all[{architecture.name, package.name}];
        change.architecture = architecture.name;
        change.package = package.name;
        change.*side = &package;
      }
    }
  };
  collect(before, &LockChange::before);
  collect(after, &LockChange::after);
  std::vector<LockChange> changes;
  for (auto& [key, change] : all) {
    const bool was = is_in_image(change.before);
    const bool is = is_in_image(change.after);
    if ((was || is) && (!was || !is || !is_same(*change.before, *change.after))) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace debone::resolve
