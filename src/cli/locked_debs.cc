#include "cli/locked_debs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>

#include "archive/plan.h"
#include "archive/snapshot.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/local_debs.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;
using resolve::LockedState;

// Where a suite's .debs may be had, and which.
struct Roots {
  std::string base_url;
  std::vector<std::string> old;
  std::vector<std::string> only;  // the source's `packages:`; empty: no limit
};

std::map<std::string, Roots> roots_of(const resolve::Lock& lock, const recipe::Recipe& recipe,
                                      const archive::Options& options) {
  std::map<std::string, Roots> roots;
  for (const auto& suite : archive::plan(recipe.sources, options).suites) {
    const auto* locked = lock.find_suite(suite.label);
    if (locked == nullptr) continue;
    auto& found = roots[suite.label];
    found.base_url = suite.base_url;
    found.only = suite.only;
    if (!suite.snapshot.empty()) found.old = archive::snapshot_roots(suite.snapshot, locked->date);
  }
  return roots;
}

}  // namespace

const resolve::LockedArchitecture& locked_architecture(const resolve::Lock& lock, const std::string& architecture,
                                                       const std::string& what) {
  if (const auto* found = lock.find(architecture)) return *found;
  std::vector<std::string> names;
  std::string options;
  for (const auto& one : lock.architectures) {
    names.push_back(one.name);
    options += " --arch " + one.name;
  }
  throw Error(Exit::usage, fmt::format("has no packages for {}, but for {}", architecture, base::join(names, ", ")))
      .at(lock.inputs.file)
      .hint(fmt::format("`debone update {}{} --arch {}` locks them all", what, options, architecture));
}

std::vector<archive::Wanted> locked_debs(const resolve::Lock& lock, const resolve::LockedArchitecture& architecture,
                                         const recipe::Recipe& recipe, const archive::Options& options) {
  const auto roots = roots_of(lock, recipe, options);
  std::vector<archive::Wanted> wanted;
  for (const auto& package : architecture.packages) {
    if (package.state == LockedState::left_out || package.path.empty()) continue;
    const auto at = roots.find(package.from);
    if (at == roots.end()) {
      throw Error(Exit::usage, fmt::format("the recipe's sources have no suite '{}'", package.from))
          .at(package.place.str())
          .hint("`debone update RECIPE` resolves anew");
    }
    const auto& only = at->second.only;
    if (!only.empty() && std::ranges::find(only, package.name) == only.end()) {
      throw Error(Exit::usage, fmt::format("the recipe does not let {} supply '{}'", package.from, package.name))
          .at(package.place.str())
          .hint("`debone update RECIPE` resolves anew");
    }
    wanted.push_back({package.id(), package.path, package.size, package.sha256, at->second.base_url, at->second.old});
  }
  return wanted;
}

void add_locked_files(const resolve::LockedArchitecture& architecture, const recipe::Recipe& recipe,
                      store::Store& store) {
  for (const auto& package : architecture.packages) {
    if (package.state == LockedState::left_out || !package.path.empty()) continue;
    for (const auto& source : recipe.sources) {
      const auto* deb = std::get_if<recipe::DebSource>(&source.what);
      if (deb == nullptr || deb->written != package.from) continue;
      const auto bytes = base::read_file(deb->path, largest_deb);
      const auto digest = base::Digest::of(bytes);
      if (digest != package.sha256) {
        throw Error(Exit::usage, fmt::format("'{}' is another file than the one that was locked: its SHA-256 is {}",
                                             deb->written, digest.hex()))
            .at(package.place.str())
            .hint("`debone update RECIPE` locks the one that is there now");
      }
      store.write(digest, bytes);
    }
  }
}

}  // namespace debone::cli
