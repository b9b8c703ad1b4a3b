// The note in which an ELF file says which libraries it may load at run time, though it does not need them:
// https://systemd.io/ELF_DLOPEN_METADATA/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace debone::package {

constexpr std::uint32_t dlopen_note_type = 0x407c0c0a;
constexpr std::string_view dlopen_note_name{"FDO\0", 4};

// The sonames of the note's JSON, in order, whatever their priority: what is merely suggested is evidence only where
// the package depends on it. Nothing where the JSON is malformed; at most 1,000.
std::vector<std::string> read_dlopen_note(std::string_view json);

}  // namespace debone::package
