#include "layer/split.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace debone::layer {
namespace {

using base::RelPath;
using tree::Node;
using tree::NodeType;
using tree::Tree;

constexpr std::size_t rest = 0;  // of what split() returns

// The number of the tree that a node goes to.
std::size_t goes_to(const RelPath& path, const Node& node, const std::vector<Part>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& [origin, top] = parts[i];
    if (path.is_root()) continue;
    if (origin.empty() ? path.is_within(top) : node.origin == origin) return i + 1;
  }
  return rest;
}

// Paths sort before what lies below them, so that each parent is there before its first child.
void put_with_parents(Tree& into, const Tree& whole, const RelPath& path, const Node& node) {
  std::vector<RelPath> missing;
  for (auto parent = path.parent(); !parent.is_root() && into.find(parent) == nullptr; parent = parent.parent()) {
    missing.push_back(parent);
  }
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) into.put(*parent, *whole.find(*parent));
  into.put(path, node);
}

bool is_same(const Node& a, const Node& b) {
  return a.type == b.type && a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.link_target == b.link_target &&
         a.xattrs == b.xattrs && a.content.bytes() == b.content.bytes();
}

void set_times(Tree& part, std::int64_t time_without) {
  std::int64_t newest = -1;
  std::vector<RelPath> to_set;
  for (const auto& [path, node] : part.nodes()) {
    if (node.type != NodeType::directory && node.origin.starts_with("package:")) {
      newest = std::max(newest, node.mtime);
    } else {
      to_set.push_back(path);
    }
  }
  for (const auto& path : to_set) part.at(path).mtime = newest >= 0 ? newest : time_without;
}

}  // namespace

Tree above(const Tree& tree, const Tree& below) {
  Tree upper;
  upper.at(RelPath()) = *tree.find(RelPath());
  for (const auto& [path, node] : tree.nodes()) {
    const auto* standing = below.find(path);
    if (standing == nullptr || !is_same(node, *standing)) put_with_parents(upper, tree, path, node);
  }
  for (const auto& [path, node] : below.nodes()) {
    if (tree.find(path) != nullptr) continue;
    throw base::Error(base::Exit::usage, fmt::format("'{}' of the base would go", path.absolute()))
        .hint("an image that extends another cannot take away from it");
  }
  return upper;
}

std::vector<Tree> split(const Tree& tree, const std::vector<Part>& parts, std::int64_t time_without) {
  std::vector<Tree> trees(parts.size() + 1);
  for (auto& each : trees) each.at(RelPath()) = *tree.find(RelPath());
  // A part's directories stay in the rest where something else lies in them.
  for (const auto& [path, node] : tree.nodes()) {
    if (path.is_root()) continue;
    put_with_parents(trees[goes_to(path, node, parts)], tree, path, node);
  }
  for (std::size_t i = 1; i < trees.size(); ++i) set_times(trees[i], time_without);
  return trees;
}

}  // namespace debone::layer
