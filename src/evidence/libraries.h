// Where the dynamic loader finds a library (ld.so(8)): DT_RPATH or DT_RUNPATH, the directories of ld.so.conf.d, the
// default ones; and beyond those the private directories of packages, which are found by name.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/package_set.h"

namespace debone::evidence {

class Libraries {
 public:
  explicit Libraries(const PackageSet& set);

  // The file that `by` loads for `soname`, of its class and machine. Searched are its own RPATH or RUNPATH, the
  // directories of the loader, then private ones: of its own package, of what that depends on, of any. Where several
  // packages have it in one of these, one that `is_in` already is taken, else a dependency, else the first.
  std::optional<FileRef> find(FileRef by, std::string_view soname,
                              const std::function<bool(std::size_t package)>& is_in) const;
  // Every file that could be meant, sorted.
  std::vector<FileRef> all(FileRef by, std::string_view soname) const;

 private:
  bool is_searched(std::string_view directory) const;
  bool fits(FileRef by, FileRef library) const;
  std::vector<std::string> run_path(FileRef by) const;

  const PackageSet& set_;
  std::set<std::string, std::less<>> configured_;  // by ld.so.conf.d
};

}  // namespace debone::evidence
