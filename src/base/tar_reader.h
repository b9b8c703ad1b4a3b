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
  std::string name;         // as it stands: "./usr/bin/php8.4"; never empty, no NUL
  std::string link_target;  // of symlinks and hard links, as it stands
  std::uint32_t mode = 0;   // the twelve permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string user;
  std::string group;
  std::int64_t mtime = 0;  // seconds since 1970 UTC, fractions cut
  std::uint64_t device_major = 0;
  std::uint64_t device_minor = 0;
  std::map<std::string, std::string> xattrs;  // "security.capability" to its bytes
  std::string_view content;                   // of files; points into the archive's bytes
};

// What an archive may hold at most; beyond it is an Error, before memory is spent.
constexpr std::size_t most_tar_headers = 1'000'000;
constexpr std::size_t longest_tar_name = 32U << 10U;
constexpr std::size_t largest_pax_header = 1U << 20U;

// All entries in their order. Throws Error (trust, without a place) where the archive is malformed: cut short, without
// the two zero blocks at its end, with a wrong checksum. `archive` must outlive the entries' contents. What stands
// after the two zero blocks is not read. Sparse files and unknown types are refused, and so are a global PAX header
// that sets a name, size or xattr, and content of anything but a file, which readers understand in different ways.
std::vector<TarEntry> read_tar(std::string_view archive, std::size_t most_headers = most_tar_headers);

}  // namespace debone::base
