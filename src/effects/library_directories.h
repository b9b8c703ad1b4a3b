// The directories whose libraries /etc/ld.so.cache lists, as ldconfig(8) finds them: /etc/ld.so.conf and what it
// includes, then the directories built into Debian's ldconfig, each with its glibc-hwcaps subdirectories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::effects {

struct LibraryDirectory {
  std::string path;    // as named, for the cache: "/lib/x86_64-linux-gnu"
  base::RelPath real;  // where it is: "usr/lib/x86_64-linux-gnu"
  std::string hwcaps;  // of a subdirectory of glibc-hwcaps: "x86-64-v3"; else empty
};

// In the order of ldconfig, each real directory once, under the name it has first. Without /etc/ld.so.conf, which is
// libc-bin's, what libc-bin would have put there holds: /etc/ld.so.conf.d/*.conf and /usr/local/lib.
std::vector<LibraryDirectory> library_directories(const tree::Tree& tree, std::string_view triplet);

}  // namespace debone::effects
