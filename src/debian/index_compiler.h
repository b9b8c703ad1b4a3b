// From the text of a Packages index to its compiled form: one pass over the text, which takes the fields that a
// PackageRecord has and notes by which names each package may be found.
#pragma once

#include <string>
#include <string_view>

namespace debone::debian {

// The bytes of a CompiledIndex that is called `identity`. Of each stanza for `architecture` or "all" it holds the lines
// that parse_package reads, and those that it would refuse. Throws Error (trust, without a place) where a stanza has no
// Package or no Architecture or is over 1 MiB long, where the text holds a NUL, and where it is over 4 GiB long.
std::string compile_index(std::string_view text, std::string_view architecture, std::string_view identity);

}  // namespace debone::debian
