// What machine debone runs on, in Debian's words.
#pragma once

#include <string>

namespace debone::cli {

// "amd64", "arm64", ...: of the kernel's machine (uname). Throws Error (usage) where Debian has no name for it.
std::string host_architecture();

}  // namespace debone::cli
