// An image's file system in memory: every path once, with type, owner, mode, time and content. Paths hold no
// symbolic link but in their last component: what is added below a link to a directory (merged /usr) is
// relocated through it, and a link is never replaced by a directory nor followed out of the root.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/rel_path.h"

namespace debone::tree {

// Bytes of a file, shared with whoever decompressed them.
class Content {
 public:
  Content() = default;
  explicit Content(std::string bytes)
      : owner_(std::make_shared<const std::string>(std::move(bytes))), bytes_(*owner_) {}
  Content(std::shared_ptr<const std::string> owner, std::string_view part) : owner_(std::move(owner)), bytes_(part) {}
  std::string_view bytes() const { return bytes_; }

 private:
  std::shared_ptr<const std::string> owner_;
  std::string_view bytes_;
};

enum class NodeType { directory, file, symlink };

struct Node {
  NodeType type = NodeType::directory;
  std::uint32_t mode = 0755;  // the twelve permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t mtime = 0;             // seconds since 1970 UTC
  std::string origin;                 // "package:php8.4-fpm", "effect:accounts", "recipe"
  Content content;                    // of a file
  std::string link_target;            // of a symlink, as written
  std::uint64_t hard_link_group = 0;  // files with the same number above 0 are one inode
  std::map<std::string, std::string> xattrs;
};

class Tree {
 public:
  using Nodes = std::map<base::RelPath, Node>;  // the root directory is the empty path
  Tree();

  const Nodes& nodes() const { return nodes_; }
  const Node* find(const base::RelPath& path) const;  // the node itself, a link not followed

  // Where `path` really is: links in all its components followed (also the last where `follow_last`), whether or
  // not something is there. Throws Error (trust) where a link leaves the root or links go in a circle (over 40).
  base::RelPath resolve(const base::RelPath& path, bool follow_last) const;
  // The node at the end of all links, or null.
  const Node* find_following(const base::RelPath& path) const;
  // The content of the file there (links followed), or nothing.
  std::optional<std::string_view> read(const base::RelPath& path) const;

  // Puts a node at `path`, whose parent's links are followed; missing parents become directories 0755 root:root with
  // the node's mtime and origin. What stands there is replaced, but a directory by something else or a link to a
  // directory by a directory: Error (internal). Returns where it stands.
  base::RelPath put(const base::RelPath& path, Node node);
  void remove(const base::RelPath& path);  // and what lies below it; absent is fine
  Node& at(const base::RelPath& path);     // must exist: a bug otherwise

  // Shorthands of put for effects and recipes.
  base::RelPath put_file(const base::RelPath& path, std::string bytes, std::uint32_t mode, std::int64_t mtime,
                         std::string origin);
  base::RelPath put_symlink(const base::RelPath& path, std::string target, std::int64_t mtime, std::string origin);
  base::RelPath put_directory(const base::RelPath& path, std::uint32_t mode, std::int64_t mtime, std::string origin);

  std::uint64_t new_hard_link_group() { return ++last_group_; }

 private:
  Nodes nodes_;
  std::uint64_t last_group_ = 0;
};

}  // namespace debone::tree
