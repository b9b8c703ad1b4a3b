#include "cli/choice.h"

#include <utility>
#include <variant>

namespace debone::cli {
namespace {

// Above all that apt_preferences(5) knows.
constexpr int base_priority = 100000;

// apt_preferences(5): a suite marked NotAutomatic is at 1, with ButAutomaticUpgrades at 100, all else at 500.
int priority_of(const archive::Suite& suite, const recipe::Source& source) {
  if (source.priority) return *source.priority;
  if (!suite.release || !suite.release->fields().not_automatic) return 500;
  return suite.release->fields().but_automatic_upgrades ? 100 : 1;
}

// What `name/suite` may call it.
std::vector<std::string> names_of(const archive::Suite& suite) {
  std::vector<std::string> names;
  if (!suite.release) return names;
  for (const auto& name : {suite.release->fields().suite, suite.release->fields().codename}) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

}  // namespace

Choice choice_of(std::vector<archive::Suite> suites, const recipe::Recipe& recipe, const std::string& architecture,
                 const BaseImage* base, store::Store& store) {
  Choice choice;
  if (base != nullptr) {
    choice.base.push_back(index_of(*base, architecture));
    choice.available.push_back({&choice.base.front(), base->name, base_priority, nullptr, choice.origins.size()});
    choice.origins.push_back({nullptr, base->name, true});
  }
  choice.suites = std::move(suites);
  choice.locals = add_local_debs(recipe.sources, architecture, store);
  for (const auto& suite : choice.suites) {
    for (const auto& index : suite.indexes) {
      choice.available.push_back({&index, suite.label, priority_of(suite, recipe.sources[suite.source]), &suite.only,
                                  choice.origins.size(), names_of(suite)});
    }
    choice.origins.push_back({&suite, suite.label});
  }
  for (const auto& local : choice.locals) {
    const auto& source = recipe.sources[local.source];
    choice.available.push_back(
        {&local.index, local.label, source.priority.value_or(500), &source.packages, choice.origins.size()});
    choice.origins.push_back({nullptr, std::get<recipe::DebSource>(source.what).written});
  }
  return choice;
}

}  // namespace debone::cli
