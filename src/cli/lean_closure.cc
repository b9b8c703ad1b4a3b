#include "cli/lean_closure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/parallel.h"
#include "cli/stored_debs.h"
#include "evidence/cut_files.h"

namespace debone::cli {
namespace {

// Essential packages are everyone's dependency without being declared: they are looked at too, with what they depend
// on.
std::vector<resolve::Chosen> candidates(const resolve::Solution& image, const resolve::Solution& system,
                                        const Choice& choice) {
  std::map<std::string, resolve::Chosen> all;
  for (const auto* solution : {&image, &system}) {
    for (const auto& chosen : solution->packages) {
      if (!choice.of(chosen).is_base) all.try_emplace(chosen.package->name, chosen);
    }
  }
  std::vector<resolve::Chosen> packages;
  for (auto& [name, chosen] : all) packages.push_back(chosen);
  return packages;
}

// Only what was never inspected here is fetched for it.
std::vector<package::Facts> inspect(const std::vector<resolve::Chosen>& packages, const Choice& choice,
                                    const std::string& architecture, const BuildContext& context) {
  std::vector<std::optional<package::Facts>> found(packages.size());
  base::parallel_for(packages.size(), context.archive.jobs, [&](std::size_t i) {
    found[i] = known_facts(packages[i].package->sha256.value(), architecture, context.store);
  });
  std::vector<archive::Wanted> wanted;  // of those that an archive has
  std::vector<std::size_t> wanted_of(packages.size(), packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i) {
    const auto* suite = choice.of(packages[i]).suite;
    if (suite == nullptr || found[i]) continue;
    wanted_of[i] = wanted.size();
    wanted.push_back(archive::wanted(*packages[i].package, *suite));
  }
  archive::fetch(wanted, context.store, context.archive, context.progress);
  std::vector<package::Facts> facts(packages.size());
  base::parallel_for(packages.size(), context.archive.jobs, [&](std::size_t i) {
    const auto& record = *packages[i].package;
    facts[i] = found[i] ? *std::move(found[i])
                        : facts_of({record.id(), architecture, record.size, record.sha256.value(),
                                    wanted_of[i] < wanted.size() ? &wanted[wanted_of[i]] : nullptr},
                                   context);
  });
  return facts;
}

// With what the cuts leave out: it shows nothing.
std::vector<evidence::Candidate> looked_at(const std::vector<package::Facts>& facts, const recipe::Recipe& recipe,
                                           bool has_base) {
  std::vector<evidence::Candidate> candidates;
  std::vector<const package::Facts*> packages;
  for (const auto& one : facts) {
    packages.push_back(&one);
    candidates.push_back({&one, std::vector<bool>(one.files.size())});
  }
  for (const auto& cut : evidence::cut_files(evidence::Cuts(recipe), packages, {}).cuts) {
    candidates[cut.package].cut[cut.file] = true;
  }
  if (has_base) {
    candidates.back().cut.assign(facts.back().files.size(), false);
    candidates.back().is_base = true;
  }
  return candidates;
}

}  // namespace

std::string LeanClosure::told(std::size_t package) const {
  const auto& decision = closure.decisions[package];
  if (decision.state == evidence::State::left_out) return decision.why_not;
  const auto& reason = decision.reason;
  if (reason.by == package) return reason.str();
  const auto& by = reason.by < packages.size() ? packages[reason.by].package->name : std::string("the base");
  return reason.file.empty() ? fmt::format("{} {}", by, reason.str())
                             : fmt::format("/{} of {} {}", reason.file, by, reason.str());
}

LeanClosure find_lean_closure(const resolve::Solution& image, const resolve::Solution& system, const Choice& choice,
                              const recipe::Recipe& recipe, const BaseImage* base, const std::string& architecture,
                              const BuildContext& context) {
  LeanClosure lean;
  lean.packages = candidates(image, system, choice);
  lean.facts = context.progress.stage(
      "inspect", [&] { return inspect(lean.packages, choice, architecture, context); },
      [](const auto& facts) { return fmt::format("{} packages", facts.size()); });
  if (base != nullptr) lean.facts.push_back(facts_of(*base, architecture, context));
  lean.closure = context.progress.stage(
      "closure", [&] { return evidence::closure(looked_at(lean.facts, recipe, base != nullptr), recipe); },
      [&](const auto& closure) {
        const auto kept = std::ranges::count_if(
            closure.decisions, [](const auto& decision) { return decision.state >= evidence::State::data_only; });
        return fmt::format("{} packages are needed", base != nullptr ? kept - 1 : kept);
      });
  return lean;
}

}  // namespace debone::cli
