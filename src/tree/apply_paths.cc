// The recipe's `paths:`, laid over what the packages brought.
#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "tree/assemble.h"
#include "tree/disk_tree.h"
#include "tree/hard_links.h"
#include "tree/secrets.h"

namespace debone::tree {
namespace {

using base::Error;
using base::Exit;
using base::RelPath;
using recipe::PathItem;
using recipe::PathType;

constexpr const char* origin = "recipe";

Error wrong(const RelPath& path, std::string_view what) {
  return {Exit::usage, fmt::format("'{}' {}", path.absolute(), what)};
}

// `x` wherever `r` is, as chmod's X gives it to directories.
std::uint32_t searchable(std::uint32_t mode) { return mode | ((mode & 0444U) >> 2U); }

class Item {
 public:
  Item(Tree& tree, const PathItem& item, std::int64_t created, base::Events& events)
      : tree_(tree), item_(item), created_(created), events_(events) {}

  void apply() {
    switch (item_.type) {
      case PathType::directory: directory(); return;
      case PathType::file: file(); return;
      case PathType::tree: folder(); return;
      case PathType::symlink: symlink(item_.path, item_.link_target); return;
      case PathType::permissions: permissions(); return;
    }
  }

 private:
  Node owned(Node node) const {
    node.uid = item_.uid.value_or(0);
    node.gid = item_.gid.value_or(0);
    node.mtime = created_;
    node.origin = origin;
    return node;
  }

  void directory() {
    const auto where = tree_.resolve(item_.path, true);
    const auto* standing = tree_.find(where);
    if (standing == nullptr) {
      Node node;
      node.mode = item_.permissions.value_or(0755);
      tree_.put(where, owned(std::move(node)));
      return;
    }
    if (standing->type != NodeType::directory) throw wrong(where, "is a file");
    auto& there = tree_.at(where);
    there.mode = item_.permissions.value_or(there.mode);
    there.uid = item_.uid.value_or(there.uid);
    there.gid = item_.gid.value_or(there.gid);
  }

  void file() {
    Node node;
    if (item_.source) {
      node = read_disk_file(*item_.source, created_, origin);
      if (looks_secret(item_.source->filename().string(), node.content.bytes())) warn_of(item_.source->string());
    } else {
      node.type = NodeType::file;
      node.mode = 0644;
      node.content = Content(item_.content.value_or(""));
    }
    put_file(item_.path, std::move(node));
  }

  void put_file(const RelPath& path, Node node) {
    const auto where = tree_.resolve(path, false);
    if (const auto* standing = tree_.find(where); standing != nullptr) {
      if (standing->type == NodeType::directory) throw wrong(where, "is a directory");
      if (leads_to_directory(where)) throw wrong(where, "is a link to a directory");
    }
    node.mode = item_.permissions.value_or(node.mode);
    tree_.put(where, owned(std::move(node)));
  }

  bool leads_to_directory(const RelPath& where) const {
    const auto* behind = tree_.find_following(where);
    return behind != nullptr && behind->type == NodeType::directory;
  }

  void symlink(const RelPath& path, const std::string& target) {
    const auto where = tree_.resolve(path, false);
    const auto* standing = tree_.find(where);
    if (standing != nullptr && standing->type == NodeType::directory) throw wrong(where, "is a directory");
    const auto leaves = [&] { return wrong(where, fmt::format("would be a link to '{}', out of the image", target)); };
    if (!base::link_destination(where, target)) throw leaves();
    Node node;
    node.type = NodeType::symlink;
    node.link_target = target;
    node = owned(std::move(node));
    node.mode = 0777;
    tree_.put(where, std::move(node));
    if (tree_.leaves_root(where)) throw leaves();
  }

  void folder() {
    const auto disk = read_disk_tree(item_.source.value(), created_, origin);
    for (const auto& path : disk.secrets) warn_of((*item_.source / path.str()).string());
    for (const auto& [path, node] : disk.tree.nodes()) {
      const auto target = item_.path / path;
      switch (node.type) {
        case NodeType::directory: merge_directory(target); break;
        case NodeType::file: put_file(target, node); break;
        case NodeType::symlink: symlink(target, node.link_target); break;
      }
    }
  }

  // One that is there stays as it is.
  void merge_directory(const RelPath& path) {
    const auto where = tree_.resolve(path, true);
    if (const auto* standing = tree_.find(where); standing != nullptr) {
      if (standing->type != NodeType::directory) throw wrong(where, "is a file");
      return;
    }
    tree_.put(where, owned(Node()));
  }

  void permissions() {
    const auto where = tree_.resolve(item_.path, true);
    if (tree_.find(where) == nullptr) throw wrong(where, "is not in the image");
    change(where);
    if (item_.recursive) {
      const auto [begin, end] = std::as_const(tree_).below(where);
      for (auto i = begin; i != end; ++i) change(i->first);
    }
    follow_hard_links(tree_, changed_);
  }

  void change(const RelPath& path) {
    auto& node = tree_.at(path);
    node.uid = item_.uid.value_or(node.uid);
    node.gid = item_.gid.value_or(node.gid);
    if (item_.permissions && node.type != NodeType::symlink) {
      const bool as_directory = item_.recursive && node.type == NodeType::directory;
      node.mode = as_directory ? searchable(*item_.permissions) : *item_.permissions;
    }
    changed_.push_back(path);
  }

  void warn_of(const std::string& file) const {
    events_.warning(
        fmt::format("{}: '{}' looks like a secret, and whoever has the image can read it", item_.place.str(), file));
  }

  Tree& tree_;
  const PathItem& item_;
  std::int64_t created_;
  base::Events& events_;
  std::vector<RelPath> changed_;
};

}  // namespace

void apply_paths(Tree& tree, const std::vector<PathItem>& paths, std::int64_t created, base::Events& events) {
  for (const auto& item : paths) {
    try {
      Item(tree, item, created, events).apply();
    } catch (const Error& error) {
      // Whatever is wrong, the recipe asked for it.
      throw Error(Exit::usage, error.message())
          .at(error.place().empty() ? item.place.str() : error.place())
          .hint(error.hint_text());
    }
  }
}

}  // namespace debone::tree
