#include "tree/tree.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace debone::tree {
namespace {

using base::Error;
using base::Exit;
using base::RelPath;

constexpr int most_links = 40;  // as Linux has it

// The first path below `path` in the order of RelPath: NUL, the only smaller byte, is in no path.
RelPath smallest_below(const RelPath& path) {
  static const RelPath smallest = *RelPath::parse("\x01");
  return path / smallest;
}

Error cannot_put(const RelPath& path, std::string_view why) {
  return Error(Exit::internal, fmt::format("cannot put '{}' into the image: {}", path.absolute(), why));
}

}  // namespace

Tree::Tree() { nodes_.emplace(RelPath(), Node{}); }

const Node* Tree::find(const RelPath& path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::pair<Tree::Nodes::const_iterator, Tree::Nodes::const_iterator> Tree::below(const RelPath& path) const {
  // All that begins with "PATH/" stands in a row.
  const auto begin = path.is_root() ? std::next(nodes_.begin()) : nodes_.lower_bound(smallest_below(path));
  auto end = begin;
  while (end != nodes_.end() && end->first.is_within(path)) ++end;
  return {begin, end};
}

Tree::Walk Tree::walk(const RelPath& path, bool follow_last, RelPath& where) const {
  // Most paths have no link in them: a node's own path is real, and so is a new name in a directory that is there.
  const auto* own = find(path);
  const auto* parent = own == nullptr ? find(path.parent()) : nullptr;
  if (own != nullptr ? own->type != NodeType::symlink || !follow_last
                     : parent != nullptr && parent->type == NodeType::directory) {
    where = path;
    return Walk::arrived;
  }
  // The components yet to go, the next one last.
  std::vector<std::string> left;
  const auto push = [&](std::string_view text) {
    const auto components = base::split(text, '/');
    for (auto i = components.rbegin(); i != components.rend(); ++i) {
      if (!i->empty() && *i != ".") left.emplace_back(*i);
    }
  };
  push(path.str());
  int links = 0;
  RelPath at;
  while (!left.empty()) {
    const auto component = std::move(left.back());
    left.pop_back();
    if (component == "..") {
      if (at.is_root()) return Walk::leaves_root;
      at = at.parent();
      continue;
    }
    const auto step = RelPath::parse(component);
    if (!step) return Walk::leaves_root;  // no name at all: nothing below the root has it
    auto next = at / *step;
    const auto* node = find(next);
    if (node == nullptr || node->type != NodeType::symlink || (left.empty() && !follow_last)) {
      at = std::move(next);
      continue;
    }
    if (++links > most_links) return Walk::circle;
    if (node->link_target.starts_with('/')) at = RelPath();
    push(node->link_target);
  }
  where = std::move(at);
  return Walk::arrived;
}

RelPath Tree::resolve(const RelPath& path, bool follow_last) const {
  RelPath where;
  switch (walk(path, follow_last, where)) {
    case Walk::arrived: return where;
    case Walk::leaves_root:
      throw Error(Exit::trust, fmt::format("the links of '{}' lead out of the image", path.absolute()));
    case Walk::circle: break;
  }
  throw Error(Exit::trust, fmt::format("the links of '{}' go in a circle", path.absolute()));
}

bool Tree::leaves_root(const RelPath& path) const {
  RelPath ignored;
  return walk(path, true, ignored) == Walk::leaves_root;
}

const Node* Tree::find_following(const RelPath& path) const { return find(resolve(path, true)); }

std::optional<std::string_view> Tree::read(const RelPath& path) const {
  const auto* node = find_following(path);
  if (node == nullptr || node->type != NodeType::file) return std::nullopt;
  return node->content.bytes();
}

void Tree::make_parents(const RelPath& path, const Node& like) {
  if (path.is_root()) return;
  const auto parent = path.parent();
  if (const auto* node = find(parent); node != nullptr) {
    if (node->type != NodeType::directory) {
      throw cannot_put(path, fmt::format("'{}' is no directory", parent.absolute()));
    }
    return;
  }
  make_parents(parent, like);
  Node directory;
  directory.mtime = like.mtime;
  directory.origin = like.origin;
  nodes_.emplace(parent, std::move(directory));
}

RelPath Tree::put(const RelPath& path, Node node) {
  auto where = resolve(path, false);
  const auto found = nodes_.find(where);
  if (found == nodes_.end()) {
    make_parents(where, node);
    nodes_.emplace(where, std::move(node));
    return where;
  }
  auto& standing = found->second;
  if (standing.type == NodeType::directory && node.type != NodeType::directory) {
    throw cannot_put(where, "a directory stands there");
  }
  if (standing.type == NodeType::symlink && node.type == NodeType::directory) {
    throw cannot_put(where, "a link stands there");
  }
  standing = std::move(node);
  return where;
}

void Tree::remove(const RelPath& path) {
  const auto where = resolve(path, false);
  const auto [begin, end] = below(where);
  nodes_.erase(begin, end);
  if (!where.is_root()) nodes_.erase(where);
}

Node& Tree::at(const RelPath& path) {
  const auto found = nodes_.find(path);
  if (found == nodes_.end()) {
    throw Error(Exit::internal, fmt::format("nothing stands at '{}' in the image", path.absolute()));
  }
  return found->second;
}

void Tree::replace_directory_by_link(const RelPath& path, std::string target, std::int64_t mtime, std::string origin) {
  const auto where = resolve(path, false);
  const auto* standing = find(where);
  if (standing != nullptr && standing->type == NodeType::directory) {
    const auto named = base::link_destination(where, target);
    if (!named) throw cannot_put(where, fmt::format("the link's target '{}' leads out of the image", target));
    const auto to = resolve(*named, true);
    if (to.is_within(where)) throw cannot_put(where, "it would be a link into itself");
    Nodes moved;
    const auto [begin, end] = below(where);
    for (auto i = begin; i != end;) moved.insert(nodes_.extract(i++));
    auto directory = nodes_.extract(where);
    if (find(to) == nullptr) put(to, std::move(directory.mapped()));
    for (auto& [from, node] : moved) {
      const auto child = to / *RelPath::parse(from.str().substr(where.str().size() + 1));
      const auto* there = find(resolve(child, false));
      if (there == nullptr) {
        put(child, std::move(node));
      } else if (node.type != NodeType::directory || there->type == NodeType::file) {
        throw cannot_put(child, fmt::format("it stands at '{}' too", from.absolute()));
      }
    }
  }
  put_symlink(where, std::move(target), mtime, std::move(origin));
}

RelPath Tree::put_file(const RelPath& path, std::string bytes, std::uint32_t mode, std::int64_t mtime,
                       std::string origin) {
  Node node;
  node.type = NodeType::file;
  node.mode = mode;
  node.mtime = mtime;
  node.origin = std::move(origin);
  node.content = Content(std::move(bytes));
  return put(path, std::move(node));
}

RelPath Tree::put_symlink(const RelPath& path, std::string target, std::int64_t mtime, std::string origin) {
  Node node;
  node.type = NodeType::symlink;
  node.mode = 0777;
  node.mtime = mtime;
  node.origin = std::move(origin);
  node.link_target = std::move(target);
  return put(path, std::move(node));
}

RelPath Tree::put_directory(const RelPath& path, std::uint32_t mode, std::int64_t mtime, std::string origin) {
  Node node;
  node.mode = mode;
  node.mtime = mtime;
  node.origin = std::move(origin);
  return put(path, std::move(node));
}

}  // namespace debone::tree
