// Tarjan's strongly connected components, so that only a true cycle is ever broken: a component comes after all that
// it needs. Within a cycle Pre-Depends count for more than Depends, and names decide.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "resolve/solve.h"

namespace debone::resolve {
namespace {

struct Edges {
  std::set<std::size_t> pre_depends;
  std::set<std::size_t> all;  // Depends too
};

using Packages = std::vector<const debian::PackageRecord*>;

// Who satisfies whose needs among them. Packages are numbered by their place, that is by name.
std::vector<Edges> edges_of(const Packages& packages) {
  std::map<std::string_view, std::vector<std::pair<std::size_t, const debian::Relation*>>> providers;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    providers[packages[i]->name].emplace_back(i, nullptr);
    for (const auto& provided : packages[i]->provides) providers[provided.name].emplace_back(i, &provided);
  }
  const auto add = [&](std::set<std::size_t>& edges, std::size_t from, const debian::Alternatives& alternatives) {
    for (const auto& relation : alternatives) {
      const auto at = providers.find(relation.name);
      if (at == providers.end()) continue;
      for (const auto& [to, provided] : at->second) {
        const auto& version = provided == nullptr ? packages[to]->version : provided->version;
        if (to != from && relation.admits(version)) edges.insert(to);
      }
    }
  };
  std::vector<Edges> edges(packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i) {
    for (const auto& clause : packages[i]->pre_depends) add(edges[i].pre_depends, i, clause);
    edges[i].all = edges[i].pre_depends;
    for (const auto& clause : packages[i]->depends) add(edges[i].all, i, clause);
  }
  return edges;
}

// The number of each package's component; a component's number is higher than those of all that it needs.
std::vector<std::size_t> components_of(const std::vector<Edges>& edges) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Visit {
    std::size_t node;
    std::set<std::size_t>::const_iterator next;
  };
  std::vector<std::size_t> component(edges.size(), none);
  std::vector<std::size_t> index(edges.size(), none);
  std::vector<std::size_t> low(edges.size(), none);
  std::vector<std::size_t> open;
  std::vector<Visit> visits;
  std::size_t indexes = 0;
  std::size_t components = 0;
  const auto enter = [&](std::size_t node) {
    index[node] = low[node] = indexes++;
    open.push_back(node);
    visits.push_back({node, edges[node].all.begin()});
  };
  for (std::size_t start = 0; start < edges.size(); ++start) {
    if (index[start] == none) enter(start);
    while (!visits.empty()) {
      const auto node = visits.back().node;
      if (visits.back().next != edges[node].all.end()) {
        const auto to = *visits.back().next++;
        if (index[to] == none) {
          enter(to);
        } else if (component[to] == none) {
          low[node] = std::min(low[node], index[to]);
        }
        continue;
      }
      visits.pop_back();
      if (!visits.empty()) low[visits.back().node] = std::min(low[visits.back().node], low[node]);
      if (low[node] != index[node]) continue;
      for (std::size_t member = none; member != node;) {
        member = open.back();
        open.pop_back();
        component[member] = components;
      }
      ++components;
    }
  }
  return component;
}

}  // namespace

std::vector<std::size_t> unpack_order(const Packages& packages) {
  const auto edges = edges_of(packages);
  const auto component = components_of(edges);
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < packages.size(); ++i) left.insert(i);

  std::vector<std::size_t> members_left(packages.size());
  for (const auto it : component) ++members_left[it];

  const auto is_out = [&](std::size_t node) { return !left.contains(node); };
  // Its own component is next: all others that it needs are out to the last member.
  const auto may_come = [&](std::size_t node) {
    return std::ranges::all_of(edges[node].all, [&](std::size_t to) {
      return component[to] == component[node] || members_left[component[to]] == 0;
    });
  };
  const std::vector<std::function<bool(std::size_t)>> rules{
      [&](std::size_t node) { return may_come(node) && std::ranges::all_of(edges[node].all, is_out); },
      [&](std::size_t node) { return may_come(node) && std::ranges::all_of(edges[node].pre_depends, is_out); },
      may_come,
  };
  std::vector<std::size_t> order;
  while (!left.empty()) {
    for (const auto& rule : rules) {
      const auto next = std::ranges::find_if(left, rule);
      if (next == left.end()) continue;
      order.push_back(*next);
      --members_left[component[*next]];
      left.erase(next);
      break;
    }
  }
  return order;
}

}  // namespace debone::resolve
