#include "base/text.h"
#include "cli/render_graph.h"

namespace debone::cli {
nlohmann::ordered_json json_of(const ClosureGraph& graph) {
  auto packages = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < graph.packages.size(); ++i) {
    const auto& package = graph.packages[i];
    auto shows = nlohmann::ordered_json::array();
    for (const auto other : package.shows) shows.push_back(graph.packages[other].name);
    packages.push_back({{"name", package.name},
                        {"version", base::printable(package.version)},
                        {"state", evidence::name_of(package.state)},
                        {"by", package.parent ? nlohmann::ordered_json(graph.packages[*package.parent].name) : nullptr},
                        {"file", base::printable(package.file)},
                        {"rule", evidence::name_of(package.rule)},
                        {"why", base::printable(package.why)},
                        {"size", package.size},
                        {"size_with_it", package.gone},
                        {"evidence_for", shows}});
  }
  auto left_out = nlohmann::ordered_json::array();
  for (const auto& [name, version, why] : graph.left_out) {
    left_out.push_back({{"name", name}, {"version", base::printable(version)}, {"why_not", base::printable(why)}});
  }
  return {{"name", graph.name},
          {"architecture", graph.architecture},
          {"size", graph.size()},
          {"packages", packages},
          {"left_out", left_out}};
}

}  // namespace debone::cli
