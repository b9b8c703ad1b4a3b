// Reading a tar archive that lies in memory: ustar, GNU long names, PAX headers (path, linkpath, size, mtime, uid,
// gid, uname, gname, SCHILY.xattr.*), as .debs and image layers have them. Everything in it is hostile:
// bounds, checksums and numbers are checked, and names are given as they stand, to be judged by
// the caller.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace debone::base {

enum class TarType { file, hard_link, symlink, character_device, block_device, directory, fifo };

struct TarEntry {
  TarType type = TarType::file;
  std::string name;         // as it stands: "./usr/bin/php8.4"
  std::string link_target;  // of symlinks and hard links, as it stands
  std::uint32_t mode = 0;   // the twelve permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string user;
  std::string group;
  std::int64_t mtime = 0;  // seconds since 1970 UTC
  std::uint64_t device_major = 0;
  std::uint64_t device_minor = 0;
  std::map<std::string, std::string> xattrs;  // "security.capability" to its bytes
  std::string_view content;                   // of files; points into the archive's bytes
};

// All entries in their order. Throws Error (trust, without a place) where the archive is malformed.
// `archive` must outlive the entries' contents. Sparse files and unknown types are refused.
std::vector<TarEntry> read_tar(std::string_view archive);

}  // namespace debone::base
