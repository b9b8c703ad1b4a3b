#include "cli/resolve_packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "cli/add_missing.h"
#include "cli/choice.h"
#include "cli/lean_closure.h"
#include "cli/looked_at.h"
#include "recipe/variants.h"
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

// What the recipe names, beside the very packages of its base.
std::vector<recipe::Request> requests_of(const recipe::Recipe& recipe, const BaseImage* base) {
  std::vector<recipe::Request> requests;
  if (base != nullptr) {
    for (const auto& record : base->records) {
      requests.push_back({record.name, record.version.str(), "", recipe.extends->place});
    }
  }
  for (const auto& request : recipe.packages) {
    const bool is_there = std::ranges::count(requests, request.name, &recipe::Request::name) > 0;
    if (!is_there || !request.version.empty() || !request.suite.empty()) requests.push_back(request);
  }
  return requests;
}

Resolved resolve_request(const recipe::Recipe& recipe, const BaseImage* base, const Choice& choice,
                         const std::string& architecture) {
  const auto requests = requests_of(recipe, base);
  auto names = implied;
  for (const auto& available : choice.available) {
    for (const auto id : available.index->essential()) {
      const auto& name = available.index->at(id).name;
      if (available.may_supply(name) && !std::ranges::count(names, name)) names.push_back(name);
    }
  }
  // The base has what it is to have, base-files among it.
  return {
      resolve::solve(requests, base != nullptr ? std::vector<std::string>() : implied, choice.available, architecture),
      resolve::solve(requests, names, choice.available, architecture)};
}

// A package of apt's closure, and what becomes of it.
struct Decided {
  resolve::Chosen chosen;
  LockedState state = LockedState::kept;
  std::string reason;
};

struct Decisions {
  std::vector<Decided> packages;  // sorted by name
  std::vector<resolve::LockedNeed> unresolved;
};

LockedState locked_state(evidence::State state) {
  switch (state) {
    case evidence::State::left_out: return LockedState::left_out;
    case evidence::State::read: return LockedState::read;
    case evidence::State::data_only: return LockedState::data_only;
    case evidence::State::kept: return LockedState::kept;
  }
  return LockedState::kept;
}

// All of apt's closure.
Decisions keep_all(const resolve::Solution& image, const Choice& choice) {
  Decisions all;
  for (const auto& chosen : image.packages) {
    if (choice.of(chosen).is_base) continue;
    const auto& [by, relation] = chosen.reason;
    all.packages.push_back(
        {chosen, LockedState::kept, by.empty() ? "the recipe" : fmt::format("{} of {}", relation, by)});
  }
  return all;
}

// The debug variants' package, chosen by itself: what it conflicts with is in another layer, and nothing calls it
// there. It stands in the list of packages by its name.
void add_debug_package(Decisions& decisions, const Choice& choice, const std::string& architecture,
                       const recipe::Place& place) {
  const std::string name(recipe::debug_package);
  const auto solution = resolve::solve({{name, "", "", place}}, {}, choice.available, architecture);
  const auto chosen =
      std::ranges::find(solution.packages, name, [](const resolve::Chosen& each) { return each.package->name; });
  if (chosen == solution.packages.end()) {
    throw base::Error(base::Exit::usage, fmt::format("the sources have no package '{}' for the debug variants", name))
        .at(place.str())
        .hint("add Debian's to 'sources', or take the debug variants out of 'variants'");
  }
  const auto at = std::ranges::lower_bound(decisions.packages, name, {},
                                           [](const Decided& each) { return each.chosen.package->name; });
  if (at != decisions.packages.end() && at->chosen.package->name == name) {
    if (at->state != LockedState::left_out) {
      throw base::Error(base::Exit::usage, fmt::format("'{}' is in the image, and the debug variants bring it", name))
          .at(place.str())
          .hint(fmt::format("take it out of 'packages', or the debug variants out of 'variants'"));
    }
    *at = {*chosen, LockedState::debug, "the debug variants"};
    return;
  }
  decisions.packages.insert(at, {*chosen, LockedState::debug, "the debug variants"});
}

// A package of which the recipe takes files alone, chosen by itself: what it depends on is not there for it.
void add_package_files(Decisions& decisions, const Choice& choice, const std::string& architecture,
                       const recipe::PackageFiles& files) {
  const auto& name = files.package.name;
  const auto solution = resolve::solve({files.package}, {}, choice.available, architecture);
  const auto chosen =
      std::ranges::find(solution.packages, name, [](const resolve::Chosen& each) { return each.package->name; });
  if (chosen == solution.packages.end()) {
    throw base::Error(base::Exit::usage, fmt::format("'{}' is a virtual package, which has no files", name))
        .at(files.place.str());
  }
  const auto at = std::ranges::lower_bound(decisions.packages, name, {},
                                           [](const Decided& each) { return each.chosen.package->name; });
  const bool is_known = at != decisions.packages.end() && at->chosen.package->name == name;
  if (is_known && at->state != LockedState::left_out && at->state != LockedState::read) {
    throw base::Error(base::Exit::usage, fmt::format("'{}' is in the image, with all of its files", name))
        .at(files.place.str())
        .hint("take it out of 'files'");
  }
  const Decided decided{*chosen, LockedState::files, "the recipe takes files of it"};
  if (is_known) {
    *at = decided;
  } else {
    decisions.packages.insert(at, decided);
  }
}

// What evidence makes of it. An Essential package that nothing needs was in no closure of the recipe's.
Decisions keep_lean(const Resolved& resolved, const LeanClosure& lean) {
  Decisions decisions;
  for (std::size_t i = 0; i < lean.packages.size(); ++i) {
    const auto state = lean.closure.decisions[i].state;
    const auto& name = lean.packages[i].package->name;
    const auto is_there = [&](const resolve::Chosen& chosen) { return chosen.package->name == name; };
    if (state == evidence::State::left_out && std::ranges::none_of(resolved.image.packages, is_there)) continue;
    decisions.packages.push_back({lean.packages[i], locked_state(state), lean.told(i)});
  }
  for (const auto& [path, soname] : lean.closure.unresolved) decisions.unresolved.push_back({path, soname, {}});
  return decisions;
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

Selection selection_of(const Decisions& decisions, const Choice& choice) {
  Selection selection;
  selection.architecture.unresolved = decisions.unresolved;
  for (const auto& [chosen, state, reason] : decisions.packages) {
    const auto& record = *chosen.package;
    const auto& origin = choice.of(chosen);
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

}  // namespace

Selection resolve_packages(std::vector<archive::Suite> suites, const recipe::Recipe& recipe,
                           const std::string& architecture, const std::shared_ptr<const BaseImage>& base,
                           const BuildContext& context) {
  const auto choice = choice_of(std::move(suites), recipe, architecture, base.get(), context.store);
  const auto resolved = context.progress.stage(
      "resolve", [&] { return resolve_request(recipe, base.get(), choice, architecture); },
      [](const Resolved& all) { return fmt::format("{} packages", all.image.packages.size()); });

  Decisions decisions;
  std::vector<LookedAt> looked_at;
  if (recipe.closure == recipe::ClosureMode::full) {
    decisions = keep_all(resolved.image, choice);
  } else {
    const auto lean =
        find_lean_closure(resolved.image, resolved.system, choice, recipe, base.get(), architecture, context);
    decisions = keep_lean(resolved, lean);
    for (const auto& chosen : lean.packages)
      looked_at.push_back({chosen.package->id(), chosen.package->sha256.value(), chosen.package->size});
  }
  for (const auto& files : recipe.files) add_package_files(decisions, choice, architecture, files);
  if (std::ranges::any_of(recipe.variants, recipe::is_debug)) {
    add_debug_package(decisions, choice, architecture, recipe.variants_place);
  }
  auto selection = selection_of(decisions, choice);
  remember_looked_at(looked_at, recipe, architecture, selection.suites, context.store);
  selection.architecture.name = architecture;
  for (const auto& chosen : resolved.system.packages) {
    if (choice.of(chosen).is_base) continue;
    selection.architecture.apt_size += chosen.package->installed_size;
    ++selection.architecture.apt_packages;
  }
  selection.base = base;
  if (base != nullptr) {
    selection.architecture.base = base->digest;
    add_missing(selection.waived, base->waived);
  }
  return selection;
}

}  // namespace debone::cli
