// What the files of a package name in other packages: the programs, data and directories whose absolute paths stand in
// them as strings, and the commands of ELF programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/file_kinds.h"
#include "evidence/package_set.h"

namespace debone::evidence {

struct Mention {
  std::size_t file = 0;  // position in the naming package
  FileRef target;        // of a directory: its package and no file
  std::string what;      // as written: "/usr/lib/php"
  bool is_directory = false;
};

class Mentions {
 public:
  // Both must outlive it.
  Mentions(const PackageSet& set, const FileKinds& kinds) : set_(set), kinds_(kinds), of_(set.size()) {}

  // In the package's order of files; found at the first call.
  const std::vector<Mention>& of(std::size_t package);

 private:
  std::vector<Mention> find(std::size_t package) const;

  const PackageSet& set_;
  const FileKinds& kinds_;
  std::vector<std::optional<std::vector<Mention>>> of_;
};

}  // namespace debone::evidence
