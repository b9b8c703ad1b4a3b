// Merged /usr, decided once for a set of packages: /bin, /sbin, /lib and their like are links into /usr, and
// what packages ship below them is put there. trixie's base-files ships the links, bookworm's packages ship
// directories, for which the links are made when a system is installed; an image gets the same links for both.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::tree {

class MergedUsr {
 public:
  // Says that a package ships `path`, a directory or link if `path` is a top-level one. base-files gives
  // the links their mtime and origin where it ships the name, else the first package by name.
  void ships(const base::RelPath& path, bool directory_or_link, std::int64_t mtime, const std::string& origin);

  // Where `path` stands: "lib/x" at "usr/lib/x" if the set has a top-level lib.
  base::RelPath relocate(const base::RelPath& path) const;
  // Whether `path` is one of the links.
  bool is_link(const base::RelPath& path) const;

  void put_links(Tree& tree) const;
  // Makes the directories that the links lead to, where no package ships them.
  void put_missing_directories(Tree& tree) const;

 private:
  struct Shipped {
    std::int64_t mtime = 0;
    std::string origin;
  };
  std::map<std::string, Shipped, std::less<>> names_;
};

}  // namespace debone::tree
