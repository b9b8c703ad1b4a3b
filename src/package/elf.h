// What an ELF file says of itself in its headers, program headers and dynamic section: enough for ld.so.cache and
// for the question what it needs. Every offset is checked; a hostile file gives an error, never a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::package {

struct Elf {
  bool is_64 = false;
  bool big_endian = false;
  std::uint16_t type = 0;            // ET_*
  std::uint16_t machine = 0;         // EM_*
  std::uint32_t flags = 0;           // e_flags
  std::string interpreter;           // PT_INTERP, or empty
  std::string soname;                // DT_SONAME, or empty
  std::vector<std::string> needed;   // DT_NEEDED in order
  std::vector<std::string> rpath;    // DT_RPATH split at ':'
  std::vector<std::string> runpath;  // DT_RUNPATH split at ':'
  std::vector<std::string> dlopen;   // sonames of its .note.dlopen (https://systemd.io/ELF_DLOPEN_METADATA/), in order
  bool dynamic = false;              // has PT_DYNAMIC
};

bool is_elf(std::string_view bytes);  // by its magic

// Nothing where `bytes` is no ELF file; throws Error (trust, without a place) where it begins as one and is malformed.
std::optional<Elf> read_elf(std::string_view bytes);

}  // namespace debone::package
