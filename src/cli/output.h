// The two streams: stdout carries the result of a command, stderr everything else.
#pragma once

#include <string_view>

namespace debone::cli {

// Writes to stdout; a write that fails (a full disk, a closed pipe) is an Error, for a result cut short is no result.
void print(std::string_view text);
void flush_output();

// Writes to stderr; failures are ignored, there being nobody to tell.
void print_error(std::string_view text);

}  // namespace debone::cli
