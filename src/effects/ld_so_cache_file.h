// The bytes of /etc/ld.so.cache: glibc's "new" format (sysdeps/generic/dl-cache.h, elf/cache.c) with its extension
// section, as ldconfig of glibc 2.32 and later writes it, in the byte order of the image's machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace debone::effects {

struct CachedLibrary {
  std::string soname;
  std::string path;             // absolute
  std::int32_t flags = 0;       // FLAG_* of sysdeps/generic/ldconfig.h
  std::string hwcaps;           // the glibc-hwcaps subdirectory it is in, or empty
  std::uint32_t isa_level = 0;  // what the file needs of the machine, for those with hwcaps
};

// How glibc orders library names: numbers in them by value (_dl_cache_libcmp). Below 0, 0, above 0.
int compare_library_names(std::string_view a, std::string_view b);

// `libraries` in the order of their directories; `hwcaps` are the names of all glibc-hwcaps subdirectories seen, which
// are in the string table even where nothing is in them. `generator` is ldconfig's own line on its version.
std::string ld_so_cache_file(const std::vector<CachedLibrary>& libraries, const std::vector<std::string>& hwcaps,
                             std::string_view generator, bool big_endian);

}  // namespace debone::effects
