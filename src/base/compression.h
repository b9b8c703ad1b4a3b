// Decompression of outside bytes with a limit on what comes out, and gzip compression that
// gives the same bytes on every machine. The formats are those that Debian's archives, .debs and
// OCI layers use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace debone::base {

enum class Compression { none, gzip, xz, zstd, bzip2 };

// By file name: "Packages.xz", "data.tar.zst"; `none` where no suffix is known.
Compression compression_of_name(std::string_view name);
// By the magic bytes at the start.
Compression compression_of_bytes(std::string_view bytes);

// The decompressed bytes; several members or frames in a row are one stream. Throws Error
// (trust, without a place) where the data is damaged, and where it
// would give more than `limit` bytes (a decompression bomb is stopped there, not after). For
// Compression::none the bytes themselves.
std::string decompress(std::string_view bytes, Compression compression, std::uint64_t limit);

// One gzip member (libdeflate, `level` 1 to 12) with no name and no time in its header.
std::string gzip(std::string_view bytes, int level);

}  // namespace debone::base
