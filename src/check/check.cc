#include "check/check.h"

#include <algorithm>
#include <tuple>

#include "check/checks.h"

namespace debone::check {

std::vector<Finding> image(const tree::Tree& tree, const recipe::Recipe& recipe, const std::vector<Lack>& debians_own) {
  Findings findings;
  entrypoint(tree, recipe, findings);
  process_settings(tree, recipe, findings);
  owners(tree, findings);
  effect_links(tree, findings);
  attack_surface(tree, recipe, findings);
  libraries(tree, recipe, debians_own, findings);
  private_keys(tree, findings);
  std::ranges::sort(findings, {},
                    [](const Finding& finding) { return std::tie(finding.id, finding.path, finding.text); });
  return findings;
}

}  // namespace debone::check
