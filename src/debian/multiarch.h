// Debian's architectures, and the names that their libraries' directories have
// (https://wiki.debian.org/Multiarch/Tuples).
#pragma once

#include <string_view>

namespace debone::debian {

// "x86_64-linux-gnu" for "amd64"; empty for what is no architecture of Debian's.
std::string_view multiarch(std::string_view architecture);

}  // namespace debone::debian
