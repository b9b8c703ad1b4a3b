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
#include <utility>
#include <vector>

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
  std::uint32_t mode = 0755;  // the twelve permission bits; of links 0777
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
  Tree();                                       // the root alone: a directory 0755

  const Nodes& nodes() const { return nodes_; }
  // The node at that very path: no link is followed, so that below a link there is nothing.
  const Node* find(const base::RelPath& path) const;
  // The nodes below a directory, all the way down, in their order; the directory itself is not among them.
  std::pair<Nodes::const_iterator, Nodes::const_iterator> below(const base::RelPath& path) const;

  // Where `path` really is: links in all its components followed (also the last where `follow_last`), whether or
  // not something is there. Throws Error (trust) where a link leaves the root or links go in a circle (over 40).
  base::RelPath resolve(const base::RelPath& path, bool follow_last) const;
  // Whether the links of `path`, the last one too, climb above the root; a circle does not.
  bool leaves_root(const base::RelPath& path) const;
  // The node at the end of all links, or null.
  const Node* find_following(const base::RelPath& path) const;
  // The content of the file there (links followed), or nothing.
  std::optional<std::string_view> read(const base::RelPath& path) const;

  // Puts a node at `path`, whose parent's links are followed; missing parents become directories 0755 root:root with
  // the node's mtime and origin. What stands there is replaced (a directory by a directory keeps what is in it), but
  // a directory by something else, a link by a directory, and a parent that is a file: Error (internal). Returns where
  // it stands.
  base::RelPath put(const base::RelPath& path, Node node);
  // What stands there and below it, the parent's links followed; absent is fine. Of the root: all but itself.
  void remove(const base::RelPath& path);
  Node& at(const base::RelPath& path);  // as find, but it must exist: a bug otherwise

  // Makes the directory at `path` (or nothing at all) the link that a maintainer script makes of it (/var/run to
  // /run): its children move to where `target` leads, their directories merged with those there, whose modes stay.
  // Error (internal) where a child stands at both places or the target lies in the directory. A link is replaced.
  void replace_directory_by_link(const base::RelPath& path, std::string target, std::int64_t mtime, std::string origin);

  // Shorthands of put for effects and recipes.
  base::RelPath put_file(const base::RelPath& path, std::string bytes, std::uint32_t mode, std::int64_t mtime,
                         std::string origin);
  base::RelPath put_symlink(const base::RelPath& path, std::string target, std::int64_t mtime, std::string origin);
  base::RelPath put_directory(const base::RelPath& path, std::uint32_t mode, std::int64_t mtime, std::string origin);

  std::uint64_t new_hard_link_group() { return ++last_group_; }

 private:
  enum class Walk { arrived, leaves_root, circle };
  Walk walk(const base::RelPath& path, bool follow_last, base::RelPath& where) const;
  void make_parents(const base::RelPath& path, const Node& like);

  Nodes nodes_;
  std::uint64_t last_group_ = 0;
};

}  // namespace debone::tree
