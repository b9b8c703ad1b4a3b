#include "cli/check_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "cli/resolve_packages.h"

namespace debone::cli {
namespace {

using base::Error;
using resolve::LockedArchitecture;
using resolve::LockedNeed;
using resolve::LockedPackage;

std::string told(const Error& error) {
  return error.place().empty() ? error.message() : fmt::format("{}: {}", error.place(), error.message());
}

// What is otherwise in a line of both; empty where nothing is.
std::string difference(const LockedPackage& line, const LockedPackage& found) {
  if (std::tie(line.version, line.architecture, line.from) != std::tie(found.version, found.architecture, found.from))
    return fmt::format("{} ({}) from {} is what is chosen", found.version, found.architecture, found.from);
  if (line.state != found.state)
    return fmt::format("it is {}, not {}: {}", resolve::name_of(found.state), resolve::name_of(line.state),
                       found.reason);
  if (line.reason != found.reason) return fmt::format("the reason is another: {}", found.reason);
  return {};
}

void compare_packages(const LockedArchitecture& locked, const LockedArchitecture& found, LockCheck& check) {
  for (const auto& line : locked.packages) {
    const auto at = std::ranges::find(found.packages, line.name, &LockedPackage::name);
    const auto what = at == found.packages.end() ? "the recipe does not lead to such a package" : difference(line, *at);
    if (!what.empty())
      check.disproved.push_back(fmt::format("{}: {} {}: {}", line.place.str(), line.name, line.version, what));
  }
  for (const auto& package : found.packages) {
    if (std::ranges::count(locked.packages, package.name, &LockedPackage::name) > 0) continue;
    check.disproved.push_back(fmt::format("{}: {} {} has no line for {}, and it is {}: {}", locked.place.str(),
                                          package.name, package.version, locked.name, resolve::name_of(package.state),
                                          package.reason));
  }
}

void compare_needs(const LockedArchitecture& locked, const LockedArchitecture& found, LockCheck& check) {
  const auto has = [](const std::vector<LockedNeed>& needs, const LockedNeed& need) {
    return std::ranges::any_of(
        needs, [&](const LockedNeed& other) { return other.path == need.path && other.soname == need.soname; });
  };
  for (const auto& line : locked.unresolved) {
    if (has(found.unresolved, line)) continue;
    check.disproved.push_back(
        fmt::format("{}: /{} does not lack {} in Debian: a package of the closure has it, or it is not needed",
                    line.place.str(), line.path, line.soname));
  }
  for (const auto& need : found.unresolved) {
    if (has(locked.unresolved, need)) continue;
    check.disproved.push_back(fmt::format("{}: 'unresolved' has no line for /{} of {}, which needs {}",
                                          locked.place.str(), need.path, locked.name, need.soname));
  }
}

void compare(const LockedArchitecture& locked, const LockedArchitecture& found, LockCheck& check) {
  if (locked.base != found.base) {
    check.unproven.push_back(fmt::format("{}: what is chosen for {}: the base is {} now", locked.place.str(),
                                         locked.name, found.base ? found.base->oci() : "none"));
    return;
  }
  compare_packages(locked, found, check);
  compare_needs(locked, found, check);
  if (std::tie(locked.apt_packages, locked.apt_size) != std::tie(found.apt_packages, found.apt_size)) {
    check.disproved.push_back(fmt::format("{}: with apt it is {} packages of {} bytes for {}", locked.place.str(),
                                          found.apt_packages, found.apt_size, locked.name));
  }
}

}  // namespace

void check_choice(const resolve::Lock& lock, const recipe::Recipe& recipe,
                  std::map<std::string, std::vector<archive::Suite>> suites, const BuildContext& context,
                  LockCheck& check) {
  for (const auto& locked : lock.architectures) {
    const auto unproven = [&](const std::string& why) {
      check.unproven.push_back(fmt::format("{}: what is chosen for {}: {}", locked.place.str(), locked.name, why));
    };
    const auto at = suites.find(locked.name);
    if (at == suites.end()) {
      unproven("not all of the recipe's sources are proven");
      continue;
    }
    try {
      const auto base = recipe.extends ? open_base(recipe, locked.name, context) : nullptr;
      compare(locked, resolve_packages(std::move(at->second), recipe, locked.name, base, context).architecture, check);
    } catch (const Error& error) {
      unproven(told(error));
    }
  }
}

}  // namespace debone::cli
