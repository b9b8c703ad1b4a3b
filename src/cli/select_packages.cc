#include "cli/select_packages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/choice.h"
#include "cli/locked_debs.h"
#include "resolve/solve.h"

namespace debone::cli {
namespace {

using resolve::LockedState;

// base-files holds the directories of every system and on trixie the merged-/usr links.
const std::vector<std::string> implied{"base-files"};

// What apt would choose for a recipe's request.
struct Resolved {
  resolve::Solution image;   // on an empty system
  resolve::Solution system;  // on one that holds the Essential packages
};

Resolved resolve_request(const recipe::Recipe& recipe, const Choice& choice, const std::string& architecture) {
  auto names = implied;
  for (const auto& available : choice.available) {
    for (const auto id : available.index->essential()) {
      const auto& name = available.index->at(id).name;
      if (available.may_supply(name) && !std::ranges::count(names, name)) names.push_back(name);
    }
  }
  return {resolve::solve(recipe.packages, implied, choice.available, architecture),
          resolve::solve(recipe.packages, names, choice.available, architecture)};
}

// A package of apt's closure, and what becomes of it.
struct Decided {
  const resolve::Chosen* chosen = nullptr;
  LockedState state = LockedState::kept;
  std::string reason;
};

// All of apt's closure is kept.
std::vector<Decided> decide(const Resolved& resolved) {
  std::vector<Decided> all;
  for (const auto& chosen : resolved.image.packages) {
    const auto& [by, relation] = chosen.reason;
    all.push_back({&chosen, LockedState::kept, by.empty() ? "the recipe" : fmt::format("{} of {}", relation, by)});
  }
  return all;
}

resolve::LockedSuite locked(const archive::Suite& suite) {
  const auto& fields = suite.release->fields();
  return {suite.label,
          fields.origin,
          fields.suite,
          fields.codename,
          fields.date,
          suite.release->signed_by(),
          suite.release->digest(),
          {}};
}

Selection selection_of(const std::vector<Decided>& all, const Choice& choice) {
  Selection selection;
  for (const auto& [chosen, state, reason] : all) {
    const auto& record = *chosen->package;
    const auto& origin = choice.of(*chosen);
    resolve::LockedPackage package;
    package.name = record.name;
    package.version = record.version.str();
    package.architecture = record.architecture;
    package.state = state;
    package.reason = reason;
    package.from = origin.label;
    if (state != LockedState::left_out) {
      if (origin.suite != nullptr) {
        selection.debs.push_back(archive::wanted(record, *origin.suite));
        package.path = record.filename;
      }
      package.size = record.size;
      package.sha256 = record.sha256.value();
    }
    selection.architecture.packages.push_back(std::move(package));
  }
  for (const auto& suite : choice.suites) {
    selection.suites.push_back(locked(suite));
    selection.waived.insert(selection.waived.end(), suite.waived.begin(), suite.waived.end());
  }
  return selection;
}

std::string labels_of(const Choice& choice) {
  std::vector<std::string> labels;
  for (const auto& origin : choice.origins) labels.push_back(origin.label);
  return base::join(labels, ", ");
}

}  // namespace

Selection select_from_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, const std::string& architecture,
                           const std::string& what, const BuildContext& context) {
  return context.progress.stage(
      "lock",
      [&] {
        Selection selection;
        selection.architecture = locked_architecture(lock, architecture, what);
        selection.suites = lock.suites;
        selection.debs = locked_debs(lock, selection.architecture, recipe, context.archive);
        selection.lock = &lock;
        add_locked_files(selection.architecture, recipe, context.store);
        return selection;
      },
      [&](const auto& selection) {
        return fmt::format("{} packages of {}", selection.architecture.packages.size(), lock.inputs.file);
      });
}

Selection select_by_resolving(const recipe::Recipe& recipe, const std::string& architecture,
                              const BuildContext& context) {
  const auto choice =
      context.progress.stage("archive", [&] { return open_sources(recipe, architecture, context); }, labels_of);

  const auto resolved = context.progress.stage(
      "resolve", [&] { return resolve_request(recipe, choice, architecture); },
      [](const Resolved& all) { return fmt::format("{} packages", all.image.packages.size()); });

  auto selection = selection_of(decide(resolved), choice);
  selection.architecture.name = architecture;
  for (const auto& chosen : resolved.system.packages) selection.architecture.apt_size += chosen.package->installed_size;
  selection.architecture.apt_packages = resolved.system.packages.size();
  return selection;
}

}  // namespace debone::cli
