#include "cli/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/rel_path.h"
#include "cli/closure_graph.h"
#include "evidence/dependencies.h"
#include "evidence/graph.h"
#include "recipe/init_block.h"

namespace debone::cli {
namespace {

using evidence::NameKind;
using evidence::PackageSet;
using evidence::Reason;
using evidence::State;
using Reasons = std::vector<std::optional<Reason>>;

std::vector<const package::Facts*> pointers(const std::vector<package::Facts>& facts) {
  std::vector<const package::Facts*> all;
  for (const auto& one : facts) all.push_back(&one);
  return all;
}

AnswerStep step(const PackageSet& set, std::size_t package, const Reason& reason) {
  AnswerStep step;
  step.package = set.name(package);
  step.rule = reason.rule;
  step.text = reason.str();
  if (evidence::is_root(reason.rule)) return step;
  step.by = set.name(reason.by);
  if (!reason.file.empty()) step.file = "/" + reason.file;
  step.text = step.file.empty() ? fmt::format("{} {}", step.by, step.text)
                                : fmt::format("{} of {} {}", step.file, step.by, step.text);
  return step;
}

// From the recipe to the package; nothing where no chain leads to it.
std::vector<AnswerStep> chain(const PackageSet& set, std::size_t package, const Reasons& reasons) {
  std::vector<AnswerStep> steps;
  while (reasons[package]) {
    steps.push_back(step(set, package, *reasons[package]));
    if (evidence::is_root(reasons[package]->rule)) break;
    package = reasons[package]->by;
  }
  std::ranges::reverse(steps);
  return steps;
}

// The evidence that names the soname, with the shortest chain before it.
std::optional<Reason> naming(std::string_view soname, std::size_t package, const evidence::Closure& closure,
                             const PackageSet& set, const Reasons& reasons) {
  std::optional<Reason> best;
  std::size_t steps = 0;
  for (const auto& [shown, reason] : closure.evidence) {
    if (shown != package || reason.what != soname) continue;
    const auto before = chain(set, reason.by, reasons);
    if (std::ranges::count(before, set.name(package), &AnswerStep::package) > 0) continue;  // a circle
    if (best && steps <= before.size()) continue;
    best = reason;
    steps = before.size();
  }
  return best;
}

// A package without facts: the shortest chain to one that depends on it, and the last step.
std::vector<AnswerStep> chain_to_unknown(const PackageSet& set, const std::string& name, const Reasons& reasons) {
  std::vector<AnswerStep> best;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto& record = set.facts(i).record;
    for (const auto* clauses : {&record.pre_depends, &record.depends}) {
      for (const auto& alternatives : *clauses) {
        const auto relation = std::ranges::find(alternatives, name, &debian::Relation::name);
        if (relation == alternatives.end()) continue;
        auto steps = chain(set, i, reasons);
        if (steps.empty() || (!best.empty() && best.size() <= steps.size() + 1)) continue;
        steps.push_back({name, record.name, "", evidence::Rule::depends,
                         fmt::format("{} depends on {}", record.name, relation->str())});
        best = std::move(steps);
      }
    }
  }
  return best;
}

// Where the recipe itself makes or contains the path, by which of its keys.
struct InRecipe {
  std::string place;
  std::string key;
};

InRecipe place_in_recipe(const recipe::Recipe& recipe, const std::string& asked) {
  if (recipe.init && (asked == recipe::init_package || asked == recipe::init_program || asked == recipe::init_config))
    return {recipe.init->place.str(), "init"};
  const auto path = base::RelPath::parse_absolute(asked);
  if (!path) return {};
  for (const auto& item : recipe.paths) {
    const bool is_it = item.path == *path || (item.type == recipe::PathType::tree && path->is_within(item.path));
    if (is_it && item.type != recipe::PathType::permissions) return {item.place.str(), "paths"};
  }
  return {};
}

// "effects (accounts)", "the base (libc6)"; empty where the image has no such path.
std::string made_by(const Explainer& explainer, const std::string& asked) {
  const auto path = base::RelPath::parse_absolute(asked);
  const auto origin = path ? explainer.origin_of(*path).value_or("") : "";
  const auto colon = origin.find(':');
  const auto who = colon == std::string::npos ? "" : fmt::format(" ({})", origin.substr(colon + 1));
  if (origin.starts_with("effect:")) return "effects" + who;
  if (origin.starts_with("base")) return "the base" + who;
  return colon == std::string::npos ? origin : origin.substr(colon + 1);
}

}  // namespace

bool Answers::is_in_image() const {
  return !by_recipe.empty() || !made_by.empty() || std::ranges::any_of(found, &Answer::is_in_image);
}

std::vector<Answer> answers_in_image(const Explanation& explanation, const PackageSet& set,
                                     const evidence::Lookup& lookup, std::string_view asked) {
  const auto graph = closure_graph(explanation, "");
  Reasons reasons;
  for (const auto& decision : explanation.closure.decisions) reasons.emplace_back(decision.reason);
  std::vector<Answer> answers;
  for (const auto& found : lookup.found) {
    const auto& package = graph.packages[found.package];
    Answer answer;
    answer.package = package.name;
    answer.version = package.version;
    answer.state = package.state;
    answer.size = package.size;
    answer.gone = package.gone;
    answer.is_in_image = package.state >= State::data_only;
    if (!found.path.empty()) answer.path = "/" + found.path;
    if (found.file) {
      const auto cut = explanation.cuts.find({found.package, *found.file});
      if (cut != explanation.cuts.end()) {
        answer.is_in_image = false;
        answer.why_not = cut->second;
      }
    }
    for (const auto& [shown, reason] : explanation.closure.evidence) {
      if (shown == found.package) answer.evidence.push_back(step(set, shown, reason));
    }
    auto its_reasons = reasons;
    if (lookup.kind == NameKind::soname && reasons[found.package]->what != asked) {
      if (auto last = naming(asked, found.package, explanation.closure, set, reasons))
        its_reasons[found.package] = std::move(last);
    }
    answer.chain = chain(set, found.package, its_reasons);
    answers.push_back(std::move(answer));
  }
  std::ranges::stable_sort(answers, std::ranges::greater(), &Answer::is_in_image);
  return answers;
}

std::vector<Answer> answers_left_out(const AptClosure& closure, const PackageSet& set, const evidence::Lookup& lookup,
                                     const recipe::Recipe& recipe, std::string_view asked) {
  const auto reasons = evidence::nearest_reasons(evidence::dependencies(set, recipe), set.size());
  std::vector<Answer> answers;
  const auto add = [&](const LeftOut& package, std::vector<AnswerStep> steps, const std::string& path) {
    Answer answer;
    answer.package = package.name;
    answer.version = package.version;
    answer.path = path.empty() ? "" : "/" + path;
    answer.why_not = package.why;
    answer.chain = std::move(steps);
    answers.push_back(std::move(answer));
  };
  for (const auto& found : lookup.found) {
    if (const auto& fate = closure.fates[found.package]) add(*fate, chain(set, found.package, reasons), found.path);
  }
  if (lookup.kind != NameKind::package) return answers;
  for (const auto& package : closure.unknown) {
    if (package.name == asked) add(package, chain_to_unknown(set, package.name, reasons), "");
  }
  return answers;
}

Answers answer(const Explainer& explainer, const recipe::Recipe& recipe, const std::string& architecture,
               const std::string& asked) {
  Answers answers;
  answers.recipe = recipe.name;
  answers.architecture = architecture;
  answers.asked = asked;
  auto in_recipe = place_in_recipe(recipe, asked);
  answers.by_recipe = std::move(in_recipe.place);
  answers.recipe_key = std::move(in_recipe.key);
  if (recipe.extends && recipe.extends->is_image) {
    answers.base = fmt::format("debone show {}", recipe.extends->written);
  } else if (recipe.extends) {
    answers.base = fmt::format("debone why {} {}", recipe.extends->written, asked);
  }
  auto facts = explainer.facts();
  evidence::Lookup lookup;
  {
    const PackageSet set(pointers(facts));
    lookup = evidence::look_up(set, asked);
    if (!lookup.found.empty()) answers.found = answers_in_image(explainer.explain(facts), set, lookup, asked);
  }
  if (answers.found.empty() && answers.by_recipe.empty()) {
    const auto closure = explainer.apt_closure(std::move(facts));
    const PackageSet set(pointers(closure.facts));
    lookup = evidence::look_up(set, asked);
    answers.found = answers_left_out(closure, set, lookup, recipe, asked);
    if (answers.found.empty() && lookup.kind == NameKind::path) answers.made_by = made_by(explainer, asked);
    if (answers.found.empty() && answers.made_by.empty()) {
      answers.near = lookup.near;
      if (lookup.kind != NameKind::package) answers.unknown = closure.unknown.size();
    }
  }
  answers.kind = lookup.kind;
  if (!lookup.leads_to.empty()) answers.leads_to = "/" + lookup.leads_to;
  return answers;
}

}  // namespace debone::cli
