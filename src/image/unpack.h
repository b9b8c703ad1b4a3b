// A tree as files on this machine's disk. What only root may set is set where the process may; the rest is counted,
// so that nobody takes the folder for more than it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::image {

// A number of paths and the first of them.
struct Unset {
  std::uint64_t count = 0;
  base::RelPath first;
  void add(const base::RelPath& path) {
    if (count++ == 0) first = path;
  }
};

struct Unpacked {
  Unset owners;      // paths that belong to this process's user instead
  Unset set_ids;     // set-user-id and set-group-id bits left off, since the owner is another
  Unset attributes;  // paths whose extended attributes (file capabilities) are missing
};

// Writes the tree into `folder`, which exists and is empty; the folder itself becomes the tree's root. Throws Error
// (internal) for what fails for want of anything but privilege.
Unpacked unpack(const std::filesystem::path& folder, const tree::Tree& tree);

}  // namespace debone::image
