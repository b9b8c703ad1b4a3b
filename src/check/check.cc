#include "check/check.h"

#include <algorithm>
#include <tuple>

#include "check/checks.h"

namespace debone::check {

Process process_of(const recipe::Recipe& recipe) {
  Process process;
  process.command = recipe.entrypoint.empty() ? recipe.cmd : recipe.entrypoint;
  process.init = recipe.init;
  if (const auto path = recipe.environment.find("PATH"); path != recipe.environment.end())
    process.search_path = path->second;
  if (const auto path = recipe.environment.find("LD_LIBRARY_PATH"); path != recipe.environment.end())
    process.library_path = path->second;
  process.work_dir = recipe.work_dir;
  process.user = recipe.run_as;
  process.volumes = recipe.volumes;
  return process;
}

std::vector<Finding> findings_of(const Subject& subject) {
  Findings findings;
  entrypoint(subject, findings);
  interpreters(subject, findings);
  process_settings(subject, findings);
  owners(subject, findings);
  links(subject, findings);
  attack_surface(subject, findings);
  libraries(subject, findings);
  md5sums(subject, findings);
  private_keys(subject, findings);
  repeats(subject, findings);
  // Of two that say the same, the failure.
  const auto key = [](const Finding& finding) { return std::tie(finding.id, finding.path, finding.text); };
  std::ranges::sort(findings, [&](const Finding& a, const Finding& b) {
    return std::tuple_cat(key(a), std::tuple(b.severity)) < std::tuple_cat(key(b), std::tuple(a.severity));
  });
  const auto again = std::ranges::unique(findings, {}, key);
  findings.erase(again.begin(), again.end());
  return findings;
}

}  // namespace debone::check
