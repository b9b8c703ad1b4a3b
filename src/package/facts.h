// What one .deb holds, as far as anybody asks without its bytes: its stanza, its paths, what its ELF files and scripts
// say they need, and which paths, libraries and commands its files name. A .deb is inspected once in its life; the
// facts are kept in the store, and `why`, `tree` and the lean closure work from them alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.h"
#include "base/tar_reader.h"
#include "package/deb.h"
#include "package/elf.h"

namespace debone::package {

struct File {
  std::string path;  // as shipped, relative and plain: "usr/bin/php8.4"; the root directory is ""
  base::TarType type = base::TarType::file;
  std::uint32_t mode = 0;  // the twelve permission bits
  std::uint64_t size = 0;  // bytes, of files
  std::string link;        // of a symlink as written; of a hard link the path of what it is linked to
  std::optional<Elf> elf;
  std::string interpreter;               // of a `#!` line, /usr/bin/env looked through: "/bin/sh", "perl"
  std::vector<std::string> sonames;      // "libicuuc.so.76" where an ELF file holds it as a whole string; sorted
  std::vector<std::string> paths_named;  // "/usr/bin/gpg" where a file holds it; sorted
  std::vector<std::string> words_named;  // "gpg-agent" where an ELF program holds it as a whole string; sorted

  bool is_program() const;  // an ELF file that the kernel starts: it names its interpreter
};

struct Facts {
  debian::PackageRecord record;
  std::vector<File> files;                           // in the archive's order
  std::map<std::string, std::string> control_files;  // preinst, postinst, conffiles, triggers
};

// Reads what a .deb's files say. An ELF file that is malformed has no `elf`: it is data, and nothing needs it.
Facts inspect(const Deb& deb);

// For the store: bytes that decode() reads back. They begin with a number that changes with what facts are.
std::string encode(const Facts& facts);
// Nothing where the bytes are of another debone's form. Throws Error (internal) where they are damaged.
std::optional<Facts> decode(std::string_view bytes, std::string_view architecture);

}  // namespace debone::package
