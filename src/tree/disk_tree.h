// A folder of the user's disk, read whole into a Tree of its own: regular files, folders, and links that stay in it.
// A checkout's owners, times, umask and order do not show. No link is followed, whatever happens to the folder
// meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tree/tree.h"

namespace debone::tree {

struct DiskLimits {
  std::uint64_t bytes = std::uint64_t{8} << 30U;
  std::size_t entries = 1'000'000;
};

struct DiskTree {
  Tree tree;                           // its root is the folder
  std::vector<base::RelPath> secrets;  // files that look like secrets, sorted
};

// Nodes get owner 0:0, mode 0755, or 0644 for files that their owner may not execute, `mtime` and `origin`. Files with
// several hard links are read as files of their own. The folder's .deboneignore (see ignore.h) is obeyed and
// left out. Throws Error (usage), without a place but for a mistake in .deboneignore, for what cannot be read, a
// socket, device or fifo, a link that is absolute or leads out of the folder, and what is over the limits.
DiskTree read_disk_tree(const std::filesystem::path& folder, std::int64_t mtime, const std::string& origin,
                        const DiskLimits& limits = {});

// One file, which may be reached through links, as a node like those of a tree.
Node read_disk_file(const std::filesystem::path& file, std::int64_t mtime, const std::string& origin,
                    const DiskLimits& limits = {});

}  // namespace debone::tree
