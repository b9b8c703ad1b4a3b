#include "cli/closure_graph.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "evidence/graph.h"

namespace debone::cli {
namespace {

using evidence::State;

std::vector<std::uint64_t> sizes_of(const Explanation& explanation) {
  std::vector<std::uint64_t> sizes(explanation.facts.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (explanation.closure.decisions[i].state < State::data_only) continue;
    const auto& files = explanation.facts[i].files;
    for (std::size_t j = 0; j < files.size(); ++j) {
      if (files[j].type == base::TarType::file && !explanation.cuts.contains({i, j})) sizes[i] += files[j].size;
    }
  }
  return sizes;
}

}  // namespace

std::size_t ClosureGraph::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(packages, [](const GraphPackage& each) { return each.state >= State::data_only; }));
}

std::uint64_t ClosureGraph::size() const {
  std::uint64_t sum = 0;
  for (const auto& each : packages) sum += each.size;
  return sum;
}

std::vector<std::size_t> ClosureGraph::children(std::optional<std::size_t> parent) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (packages[i].parent == parent) found.push_back(i);
  }
  std::ranges::stable_sort(found, [&](auto a, auto b) {
    return std::tie(packages[b].gone, packages[a].name) < std::tie(packages[a].gone, packages[b].name);
  });
  return found;
}

ClosureGraph closure_graph(const Explanation& explanation, std::string name) {
  const auto& closure = explanation.closure;
  const auto sizes = sizes_of(explanation);
  const auto gone = evidence::sizes_gone(closure.evidence, sizes);
  ClosureGraph graph{std::move(name), explanation.architecture, {}, explanation.left_out};
  for (std::size_t i = 0; i < explanation.facts.size(); ++i) {
    const auto& record = explanation.facts[i].record;
    const auto& [state, reason, why_not] = closure.decisions[i];
    auto& package = graph.packages.emplace_back();
    package.name = record.name;
    package.version = record.version.str();
    package.state = state;
    package.size = sizes[i];
    package.gone = gone[i];
    package.rule = reason.rule;
    package.why = reason.str();
    if (!evidence::is_root(reason.rule)) package.parent = reason.by;
    if (!reason.file.empty()) package.file = "/" + reason.file;
  }
  for (const auto& [package, reason] : closure.evidence) {
    if (reason.by != package) graph.packages[reason.by].shows.push_back(package);
  }
  for (auto& package : graph.packages) {
    std::ranges::sort(package.shows);
    const auto repeated = std::ranges::unique(package.shows);
    package.shows.erase(repeated.begin(), repeated.end());
  }
  return graph;
}

}  // namespace debone::cli
