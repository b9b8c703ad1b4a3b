#include "resolve/reach.h"

#include <algorithm>
#include <deque>
#include <optional>
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
  std::vector<std::optional<Node>> from;  // by node; a root is from itself
  std::deque<Node> queue;
  const auto visit = [&](Node node, Node by) {
    if (from.size() <= node) from.resize(std::max<std::size_t>(universe.size(), node + std::size_t{1}));
    if (from[node]) return;
    from[node] = by;
    queue.push_back(node);
  };
  for (const auto& root : roots) visit(root.node, root.node);
  while (!queue.empty() && queue.front() != target) {
    const Node node = queue.front();
    queue.pop_front();
    for (const Need& need : universe.needs(node)) for_each_satisfying(need, [&](Node it) { visit(it, node); });
  }
  Chain chain;
  chain.root = target;
  chain.text = universe.record(target).name;
  while (chain.root < from.size() && from[chain.root] && *from[chain.root] != chain.root) {
    chain.root = *from[chain.root];
    chain.text = universe.record(chain.root).name + " -> " + chain.text;
  }
  return chain;
}

}  // namespace debone::resolve
