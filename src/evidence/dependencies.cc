#include "evidence/dependencies.h"

#include <algorithm>
#include <tuple>

namespace debone::evidence {

std::vector<Evidence> dependencies(const PackageSet& set, const recipe::Recipe& recipe) {
  std::vector<Evidence> found;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto& record = set.facts(i).record;
    for (const auto* clauses : {&record.pre_depends, &record.depends}) {
      for (const auto& alternatives : *clauses) {
        for (const auto& relation : alternatives) {
          const auto satisfying = set.satisfying(relation);
          for (const auto on : satisfying) {
            if (on != i) found.push_back({on, {Rule::depends, i, "", relation.str()}});
          }
          if (!satisfying.empty()) break;
        }
      }
    }
    if (record.name == "base-files") found.push_back({i, {Rule::implied, i, "", ""}});
  }
  for (const auto& request : recipe.packages) {
    debian::Relation named;
    named.name = request.name;
    for (const auto package : set.satisfying(named))
      found.push_back({package, {Rule::recipe, package, "", request.name}});
  }
  const auto key = [](const Evidence& one) {
    return std::tie(one.package, one.reason.rule, one.reason.by, one.reason.what);
  };
  std::ranges::sort(found, {}, key);
  const auto repeated = std::ranges::unique(found, {}, key);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

}  // namespace debone::evidence
