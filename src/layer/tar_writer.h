// Writing tar entries: ustar where they fit, with a PAX header before them (POSIX.1-2001 pax, and SCHILY.xattr.* as
// GNU tar and Go write extended attributes) where they do not. Owners are numbers alone: user and group names stay
// empty. The same entry gives the same bytes everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tar_reader.h"

namespace debone::layer {

// The blocks that stand before an entry's `size` bytes of content: the ustar header, and the PAX header it may need.
// The entry's own content, user and group are not looked at. Files, links and directories alone: a device is an Error
// (internal).
std::string tar_header(const base::TarEntry& entry, std::uint64_t size);

// The zeros that fill the last block after `size` bytes of content.
std::string_view tar_padding(std::uint64_t size);

// The two zero blocks that end an archive.
std::string_view tar_end();

}  // namespace debone::layer
