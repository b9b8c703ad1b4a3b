// A .deb (deb(5)) in memory: its control data and the entries of its data archive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tar_reader.h"
#include "debian/package_record.h"

namespace debone::package {

struct Deb {
  debian::PackageRecord record;
  std::string control;                               // the control file's stanza, verbatim
  std::map<std::string, std::string> control_files;  // the others: "postinst", "conffiles", "triggers", "md5sums", ...
  std::shared_ptr<const std::string> data;           // the decompressed data.tar; entries point into it
  std::vector<base::TarEntry> entries;               // of data.tar, as they stand
};

// A field that debone adds to the record of a package of which an image holds but some files: the globs that they fit.
constexpr std::string_view files_field = "Debone-Files";

// control.tar may decompress to this much; the largest md5sums of the archive have some ten MB.
constexpr std::uint64_t largest_control = 64U << 20U;

// Reads a .deb's bytes. data.tar may decompress to `limit` bytes at most, and to no more than four times the
// Installed-Size of its control data or a hundred times the .deb's own size, whichever is more, with a floor of 64 MiB:
// of 1059 packages of trixie and bookworm none comes to twice the one or to 71 times the other. Throws Error (trust) at
// `place` where ar, control.tar or data.tar is malformed, a member is missing, unknown or out of order. As deb(5) wants
// it, members whose names begin with '_' are passed over, and so are members after data.tar; debian-binary may say
// any 2.x.
Deb read_deb(std::string_view bytes, std::string_view architecture, const std::string& place, std::uint64_t limit);

// A .deb's control data alone: the Deb has no data and no entries. Throws likewise.
Deb read_control_data(std::string_view bytes, std::string_view architecture, const std::string& place);

// The control stanza alone, without decompressing the data: for a local .deb before it is resolved.
std::string read_control(std::string_view bytes, const std::string& place);

}  // namespace debone::package
