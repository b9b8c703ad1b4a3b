// The x86 ISA level that an ELF file declares to need, in its GNU property note; ldconfig stores it in ld.so.cache for
// libraries in glibc-hwcaps directories.
#pragma once

#include <cstdint>
#include <string_view>

namespace debone::effects {

// The number of the highest bit of GNU_PROPERTY_X86_ISA_1_NEEDED (0: baseline, 1: v2, ...), 0 where there is none or
// the file is malformed. Little-endian files alone.
std::uint32_t x86_isa_level(std::string_view elf);

}  // namespace debone::effects
