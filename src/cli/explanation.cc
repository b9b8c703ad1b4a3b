#include "cli/explanation.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "cli/build_tree.h"
#include "cli/cut_packages.h"
#include "cli/locked_debs.h"
#include "cli/looked_at.h"
#include "cli/selected_debs.h"
#include "cli/stored_debs.h"
#include "evidence/dependencies.h"
#include "evidence/graph.h"

namespace debone::cli {
namespace {

using evidence::State;
using resolve::LockedPackage;
using resolve::LockedState;

State state_of(LockedState state) {
  switch (state) {
    case LockedState::kept:
    case LockedState::files: return State::kept;
    case LockedState::data_only: return State::data_only;
    case LockedState::read: return State::read;
    case LockedState::debug:
    case LockedState::left_out: return State::left_out;
  }
  return State::left_out;
}

std::vector<const package::Facts*> pointers(const std::vector<package::Facts>& facts) {
  std::vector<const package::Facts*> all;
  for (const auto& one : facts) all.push_back(&one);
  return all;
}

LeftOut left_out(const LockedPackage& package) { return {package.name, package.version, package.reason}; }

// Each is what the lock says; where no evidence is found the lock's own word stands for it.
void hold_to(const std::vector<const LockedPackage*>& packages, evidence::Closure& closure) {
  auto nearest = evidence::nearest_reasons(closure.evidence, packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (!nearest[i]) closure.evidence.push_back({i, {evidence::Rule::locked, i, "", packages[i]->reason}});
  }
  nearest = evidence::nearest_reasons(closure.evidence, packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i)
    closure.decisions[i] = {state_of(packages[i]->state), *std::move(nearest[i]), ""};
}

}  // namespace

Explainer::Explainer(const recipe::Recipe& recipe, const std::string& what, const std::string& architecture,
                     const BuildContext& context)
    : recipe_(recipe), what_(what), context_(context), lock_(find_lock(what, recipe)) {
  if (lock_) {
    selection_.architecture = locked_architecture(lock_->lock, architecture, what);
    selection_.suites = lock_->lock.suites;
  } else {
    selection_ = select_by_resolving(recipe, architecture, context);
  }
}

std::vector<package::Facts> Explainer::facts() const {
  const auto taken = selection_.architecture.taken();
  std::vector<std::optional<package::Facts>> found(taken.size());
  base::parallel_for(taken.size(), context_.archive.jobs, [&](std::size_t i) {
    found[i] = known_facts(taken[i]->sha256, selection_.architecture.name, context_.store);
    if (found[i] && found[i]->record.id() != taken[i]->id()) found[i].reset();
  });
  if (!std::ranges::all_of(found, &std::optional<package::Facts>::has_value)) {
    const auto selection = selection_with_debs();
    fetch_debs(selection, context_);
    base::parallel_for(taken.size(), context_.archive.jobs, [&](std::size_t i) {
      if (found[i]) return;
      const auto stored = stored_deb(*taken[i], selection);
      found[i] = facts_of(read_deb(stored, context_), stored, context_);
    });
  }
  std::vector<package::Facts> facts;
  for (auto& one : found) facts.push_back(*std::move(one));
  return facts;
}

Selection Explainer::selection_with_debs() const {
  if (!lock_) return selection_;
  return select_from_lock(lock_->lock, recipe_, selection_.architecture.name, what_, context_);
}

std::optional<std::string> Explainer::origin_of(const base::RelPath& path) const {
  const auto image = build_tree(recipe_, selection_with_debs(), context_);
  if (image.tree.leaves_root(path)) return std::nullopt;
  const auto* node = image.tree.find(image.tree.resolve(path, false));
  return node == nullptr ? std::nullopt : std::optional(node->origin);
}

Explanation Explainer::explain(std::vector<package::Facts> facts) const {
  const auto taken = selection_.architecture.taken();
  Explanation explanation;
  explanation.architecture = selection_.architecture.name;
  explanation.facts = std::move(facts);
  const auto cuts = cut_packages(evidence::Cuts(recipe_), recipe_, taken, pointers(explanation.facts));
  for (const auto& cut : cuts.cuts) explanation.cuts[{cut.package, cut.file}] = cut.why;
  explanation.closure = find_closure(explanation.facts, cuts);
  hold_to(taken, explanation.closure);
  for (const auto& package : selection_.architecture.packages) {
    if (package.state == LockedState::left_out) explanation.left_out.push_back(left_out(package));
  }
  return explanation;
}

evidence::Closure Explainer::find_closure(const std::vector<package::Facts>& facts,
                                          const evidence::CutFiles& cuts) const {
  if (recipe_.closure == recipe::ClosureMode::full) {
    evidence::Closure closure;
    closure.evidence = evidence::dependencies(evidence::PackageSet(pointers(facts)), recipe_);
    closure.decisions.resize(facts.size());
    return closure;
  }
  std::vector<evidence::Candidate> candidates;
  for (const auto& one : facts) candidates.push_back({&one, std::vector<bool>(one.files.size())});
  for (const auto& cut : cuts.cuts) {
    // That nothing could run a program follows from the closure, and decides nothing in it.
    if (cut.rule != evidence::unused_rule) candidates[cut.package].cut[cut.file] = true;
  }
  // What is excluded is not among these packages.
  auto recipe = recipe_;
  recipe.exclude.clear();
  std::erase_if(recipe.keep, [&](const recipe::Overrule& overrule) {
    return std::ranges::none_of(facts, [&](const auto& one) { return one.record.name == overrule.package; });
  });
  return evidence::closure(candidates, recipe);
}

AptClosure Explainer::apt_closure(std::vector<package::Facts> facts) const {
  const auto& architecture = selection_.architecture;
  const auto looked_at = recall_looked_at(recipe_, architecture.name, selection_.suites, context_.store);
  std::vector<const LockedPackage*> packages;
  for (const auto& package : architecture.packages) packages.push_back(&package);
  std::vector<std::optional<package::Facts>> found(packages.size());
  base::parallel_for(packages.size(), context_.archive.jobs, [&](std::size_t i) {
    const auto deb = std::ranges::find(looked_at, packages[i]->id(), &LookedAt::id);
    if (packages[i]->state != LockedState::left_out || deb == looked_at.end()) return;
    found[i] = known_facts(deb->sha256, architecture.name, context_.store);
    // Of another form than this debone's: looked at again, if it is no matter of fetching.
    if (!found[i] && context_.store.has(deb->sha256, deb->size))
      found[i] = facts_of({deb->id, architecture.name, deb->size, deb->sha256}, context_);
  });
  AptClosure closure;
  auto taken = facts.begin();
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (packages[i]->state == LockedState::debug) continue;  // nothing of it depends on the others
    if (packages[i]->is_taken()) {
      closure.facts.push_back(std::move(*taken++));
      closure.fates.emplace_back();
    } else if (found[i]) {
      closure.facts.push_back(*std::move(found[i]));
      closure.fates.emplace_back(left_out(*packages[i]));
    } else {
      closure.unknown.push_back(left_out(*packages[i]));
    }
  }
  return closure;
}

}  // namespace debone::cli
