// Programs of kept packages that a lean image leaves out: scripts in program directories whose interpreter it has not,
// programs of packages that are there for their data alone, and links to either. It takes no more than the kept
// packages to tell, so that a build from a lock finds the same as the one that resolved.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "package/facts.h"

namespace debone::evidence {

struct KeptPackage {
  const package::Facts* facts = nullptr;
  bool programs = true;        // false: it is there for its data alone
  std::vector<bool> cut = {};  // of each of its files, whether the cuts leave it out already; empty: none
};

struct UnusedProgram {
  std::size_t package = 0;  // position in the list
  std::size_t file = 0;     // position in its Facts
  std::string path;         // as the image would have had it: "usr/bin/c_rehash"
  std::string why;          // "/usr/bin/perl is not in the image"
};

// Sorted by package and path.
std::vector<UnusedProgram> unused_programs(const std::vector<KeptPackage>& packages);

}  // namespace debone::evidence
