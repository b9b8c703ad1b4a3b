#include "resolve/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <utility>

namespace debone::resolve {
namespace {

// The candidates of a need, alternative by alternative.
template <typename Fn>
void for_each_satisfying(const Need& need, Fn&& fn) {
  for (const auto* nodes : need.satisfying) std::ranges::for_each(*nodes, fn);
}

class NodeSet {
 public:
  // Whether it was not there.
  bool insert(Node node) {
    if (nodes_.size() <= node) nodes_.resize(node + std::size_t{1});
    const bool is_new = !nodes_[node];
    nodes_[node] = true;
    return is_new;
  }

 private:
  std::vector<bool> nodes_;
};

// "a -> b -> c".
std::string told(const Universe& universe, const std::vector<Node>& links) {
  constexpr std::size_t at_an_end = 5;
  std::string text;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (i > 0) text += " -> ";
    if (i == at_an_end && links.size() > 2 * at_an_end + 1) {
      const auto left_out = links.size() - 2 * at_an_end;
      text += fmt::format("({} packages) -> ", left_out);
      i += left_out;
    }
    text += universe.record(links[i]).name;
  }
  return text;
}

}  // namespace

std::vector<Reached> reach(Universe& universe, const std::vector<Reached>& roots,
                           const std::function<bool(Node)>& may) {
  std::vector<Reached> found;
  NodeSet seen;
  for (const auto& root : roots) {
    if (seen.insert(root.node)) found.push_back(root);
  }
  // An explicit stack: a hostile archive may hold a chain of any length.
  struct Step {
    Node node;
    const Need* need;  // of `by`, or none for a root
    Node by;
  };
  std::vector<Step> stack;
  for (auto root = roots.rbegin(); root != roots.rend(); ++root) stack.push_back({root->node, nullptr, root->node});
  NodeSet entered;
  while (!stack.empty()) {
    const auto step = stack.back();
    stack.pop_back();
    if (step.need != nullptr && seen.insert(step.node)) {
      found.push_back({step.node, {universe.record(step.by).name, step.need->str()}});
    }
    if (!entered.insert(step.node)) continue;
    const auto below = static_cast<std::ptrdiff_t>(stack.size());
    for (const Need& need : universe.needs(step.node)) {
      for_each_satisfying(need, [&](Node node) {
        if (may(node)) stack.push_back({node, &need, step.node});
      });
    }
    std::reverse(stack.begin() + below, stack.end());
  }
  return found;
}

Chain chain_to(Universe& universe, const std::vector<Reached>& roots, Node target) {
  struct Step {
    std::size_t choices;
    std::size_t length;
    std::size_t order;  // of discovery: among equals the first
    Node node;
    Node by;
    auto operator<=>(const Step&) const = default;
  };
  std::priority_queue<Step, std::vector<Step>, std::greater<>> steps;
  std::map<Node, Node> from;  // a root is from itself
  std::size_t order = 0;
  for (const auto& root : roots) steps.push({0, 0, order++, root.node, root.node});
  while (!steps.empty() && !from.contains(target)) {
    const auto step = steps.top();
    steps.pop();
    if (!from.emplace(step.node, step.by).second) continue;
    for (const Need& need : universe.needs(step.node)) {
      std::size_t candidates = 0;
      for_each_satisfying(need, [&](Node) { ++candidates; });
      for_each_satisfying(need, [&](Node node) {
        if (!from.contains(node)) {
          steps.push({step.choices + (candidates > 1 ? 1 : 0), step.length + 1, order++, node, step.node});
        }
      });
    }
  }
  std::vector<Node> links{target};
  while (from.contains(links.back()) && from.at(links.back()) != links.back()) links.push_back(from.at(links.back()));
  return {links.back(), told(universe, {links.rbegin(), links.rend()})};
}

}  // namespace debone::resolve
