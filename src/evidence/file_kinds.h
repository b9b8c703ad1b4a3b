// What each file of a set of packages can be evidence of: told once, by where it lies and whether it is a program.
#pragma once

#include <optional>
#include <vector>

#include "evidence/closure.h"
#include "evidence/package_set.h"

namespace debone::evidence {

enum class Kind { directory, program, documentation, administration, library, module, data };

class FileKinds {
 public:
  // Both must outlive it.
  FileKinds(const PackageSet& set, const std::vector<Candidate>& candidates);

  Kind of(FileRef ref) const { return kinds_[ref.package][ref.file]; }
  // Whether the cuts leave it out.
  bool is_cut(FileRef ref) const;
  // The package's first file of that kind, cut ones left out.
  std::optional<FileRef> first(std::size_t package, Kind wanted) const;
  bool has_elf_programs(std::size_t package) const;
  // A directory in which the package has data, or nothing yet (/var/lib/php/sessions).
  bool is_data_directory(std::size_t package, const std::string& directory) const;
  // Whether a file could be what executes a program that it names: a program, a library, a script or module, or
  // configuration; other text merely tells of it.
  bool may_execute(FileRef ref) const;
  // Whether a library of the package embeds the interpreter that runs the module.
  bool embeds_interpreter_of(std::size_t package, FileRef module) const;
  // In program directories, those that are no scripts.
  const std::vector<FileRef>& native_programs() const { return native_programs_; }

 private:
  Kind kind_of(FileRef ref) const;

  const PackageSet& set_;
  const std::vector<Candidate>& candidates_;
  std::vector<std::vector<Kind>> kinds_;
  std::vector<FileRef> native_programs_;
};

}  // namespace debone::evidence
