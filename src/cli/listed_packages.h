// The Debian packages that an image says it holds, as scanners read them, and whose each file is by their own lists.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::cli {

struct ListedPackage {
  std::string name;
  std::string version;
  std::string architecture;
  std::uint64_t installed_size = 0;  // bytes
};

// Of /var/lib/dpkg/status.d/NAME, and of /var/lib/dpkg/status in images that dpkg made, where those that are not
// installed do not count. Sorted by name and architecture. Throws Error (trust) where a stanza is malformed.
std::vector<ListedPackage> listed_packages(const tree::Tree& tree);

// By path the name of the package that lists it: by status.d/NAME.md5sums or info/NAME.list, the records themselves
// included. Directories are nobody's. What no list has is not in it: links, where there are md5sums alone.
std::map<base::RelPath, std::string> listed_files(const tree::Tree& tree);

}  // namespace debone::cli
