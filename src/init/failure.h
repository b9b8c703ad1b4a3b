// What went wrong in debone-init: one line for whoever reads the container's log, and the exit status that it gives.
// Thrown; main is the one that catches it.
#pragma once

#include <string>
#include <utility>

namespace debone::init {

// Exit statuses of its own, as timeout(1), docker run and shells have them.
inline constexpr int timed_out = 124;
inline constexpr int own_failure = 125;
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;
inline constexpr int by_signal = 128;  // plus the signal's number

struct Failure {
  std::string message;
  int status = own_failure;
};

// Where a line of the configuration stands; line 0: the file, or the variable, as a whole.
struct Place {
  std::string file;
  int line = 0;  // from 1
};

// A mistake in the configuration. `message` is "FILE:LINE: WHAT".
struct ConfigFailure : Failure {
  ConfigFailure(const Place& where, std::string text)
      : Failure{where.file + (where.line > 0 ? ":" + std::to_string(where.line) : "") + ": " + text},
        place(where),
        what(std::move(text)) {}
  Place place;
  std::string what;
};

}  // namespace debone::init
