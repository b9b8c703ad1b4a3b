// What a traced run touched, beside what the image holds: package by package, and what it asked for in vain. A test of
// an image's closure; what one run did not touch, another may need.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/rel_path.h"
#include "trace/accesses.h"
#include "tree/tree.h"

namespace debone::trace {

// A package as the image's records have it.
struct Package {
  std::string name;
  std::string version;
  std::vector<base::RelPath> files;
};

struct PackageUse {
  std::string name;
  std::string version;
  std::uint64_t files = 0;    // that the image holds of it
  std::uint64_t size = 0;     // theirs, in bytes
  std::uint64_t touched = 0;  // of the files: executed, opened or looked at
};

enum class Place {
  image,  // the image holds it
  mount,  // below a mount point
  run     // made by the run
};

struct Touched {
  base::RelPath path;
  Place place = Place::image;
  std::string package;  // empty: of no package
  std::string mount;    // "/proc"
  Access access;
};

struct Missed {
  base::RelPath path;
  std::vector<std::string> asked_as;
  std::string found_as;  // a library or program of that name was found in another place: "/usr/lib/x.so.1"
  std::string mount;     // where it was looked for, as Touched::mount
};

struct NotExecuted {
  base::RelPath path;
  std::vector<std::string> asked_as;
  std::string found_as;
  std::string why;  // "not there", "its interpreter /bin/sh is not there"
};

struct Refused {
  base::RelPath path;
  std::string error;  // "EACCES"
};

// Lists are sorted by path, packages by name.
struct Report {
  std::vector<PackageUse> packages;
  std::vector<Touched> touched;
  std::vector<NotExecuted> not_executed;
  std::vector<Missed> missed;
  std::vector<Refused> refused;
  std::uint64_t left_out = 0;
};

// `mounts` as for Accesses.
Report report(const Accesses& accesses, const tree::Tree& tree, const std::vector<Package>& packages,
              const std::vector<base::RelPath>& mounts);

}  // namespace debone::trace
