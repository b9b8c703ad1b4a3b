#include "cli/renew_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/build_tree.h"
#include "cli/find_recipe.h"
#include "cli/host.h"
#include "cli/lock_file.h"
#include "cli/locked_accounts.h"
#include "cli/make_lock.h"
#include "cli/output.h"
#include "cli/select_packages.h"
#include "resolve/lock_changes.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

// The accounts are those of the image's file system, so that it is made up to there.
LockPart resolve_part(const recipe::Recipe& recipe, const std::string& architecture, const BuildContext& context) {
  auto selection = select_by_resolving(recipe, architecture, context);
  auto accounts = accounts_of(build_tree(recipe, selection, context).tree);
  return {std::move(selection.architecture), std::move(selection.suites), std::move(selection.waived),
          std::move(accounts)};
}

// Lines such as "~ hello 1.0 -> 1.1", or "~ hello 1.0 -> 1.1 (arm64)" where that is so for some architectures alone. Of
// an architecture that one of the locks has not, it is all that is said: "+ arm64".
std::string told_changes(const resolve::Lock& before, const resolve::Lock& after) {
  std::string text;
  std::set<std::string> both;
  for (const auto& architecture : before.architectures) {
    if (after.find(architecture.name) != nullptr) {
      both.insert(architecture.name);
    } else {
      text += fmt::format("- {}\n", architecture.name);
    }
  }
  for (const auto& architecture : after.architectures) {
    if (!both.contains(architecture.name)) text += fmt::format("+ {}\n", architecture.name);
  }
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> lines;  // by package and words
  for (const auto& change : resolve::lock_changes(before, after)) {
    if (both.contains(change.architecture)) lines[{change.package, change.str()}].push_back(change.architecture);
  }
  for (const auto& [line, architectures] : lines) {
    text += line.second;
    if (architectures.size() < both.size()) text += fmt::format(" ({})", base::join(architectures, ", "));
    text += '\n';
  }
  return text.empty() ? "nothing changes in the image\n" : text;
}

// Without replacements for sources that the base's recipe does not have.
ArchiveOptions of_recipe(ArchiveOptions options, const recipe::Recipe& recipe) {
  std::erase_if(options.sources, [&](const std::string& replacement) {
    return std::ranges::none_of(recipe.sources, [&](const recipe::Source& source) {
      const auto* apt = std::get_if<recipe::AptSource>(&source.what);
      return apt != nullptr && apt->name == replacement.substr(0, replacement.find('='));
    });
  });
  return options;
}

std::string told_size(const resolve::Lock& lock) {
  std::vector<std::string> parts;
  for (const auto& one : lock.architectures) {
    parts.push_back(fmt::format("{} for {}", resolve::told_size(one), one.name));
  }
  return base::join(parts, ", ");
}

}  // namespace

std::vector<std::string> locked_architectures(const ArchiveOptions& options, const recipe::Recipe& recipe,
                                              const resolve::Lock* before) {
  if (!recipe.archs.empty()) {
    for (const auto& name : options.archs) {
      if (std::ranges::count(recipe.archs, name) > 0) continue;
      throw Error(Exit::usage, fmt::format("--arch names {}, and 'archs' of the recipe does not", name))
          .at(recipe.file)
          .hint("a lock is for the architectures that the recipe states: add it there");
    }
    return recipe.archs;
  }
  std::set<std::string> names(options.archs.begin(), options.archs.end());
  if (before != nullptr) {
    for (const auto& architecture : before->architectures) names.insert(architecture.name);
  }
  if (names.empty()) names.insert(host_architecture());
  return {names.begin(), names.end()};
}

void renew_lock(const std::string& what, const recipe::Recipe& recipe, const resolve::Lock* before,
                const ArchiveOptions& options) {
  // A base that nothing holds still would drift away from under this lock.
  if (recipe.extends && !recipe.extends->is_image) {
    const auto& extends = *recipe.extends;
    const auto base = extends.path.empty() ? extends.written : extends.path.string();
    const auto base_recipe = find_recipe(base);
    if (!find_lock(base, base_recipe)) renew_lock(base, base_recipe, nullptr, of_recipe(options, base_recipe));
  }
  Progress progress;
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options, recipe), std::nullopt, false, progress};
  std::vector<LockPart> parts;
  for (const auto& architecture : locked_architectures(options, recipe, before)) {
    base::while_doing(fmt::format("locking {} for {}", recipe.name, architecture),
                      [&] { parts.push_back(resolve_part(recipe, architecture, context)); });
  }
  const auto path = lock_path(what);
  const auto lock = join_lock(recipe, std::move(parts));
  write_lock(lock, path, store);
  print(fmt::format("{}{}: {}\n{}", before != nullptr ? told_changes(*before, lock) : "", path.string(),
                    told_size(lock), told_waived(lock)));
}

}  // namespace debone::cli
