// Other programs, started without a shell. For what no library does: running a container.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace debone::base {

// The absolute path of an executable of that name in PATH, or nothing; relative folders in PATH do not count. A name
// with a slash is a path already.
std::optional<std::string> find_program(const std::string& name);

// Runs argv[0] (found in PATH) in the foreground with this process's standard streams and
// environment, forwards SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1 and SIGUSR2 to it, and returns its exit status
// as a shell gives it: 128+N where signal N ended it. Throws Error where it cannot be started.
int run_in_foreground(const std::vector<std::string>& argv);

struct Output {
  int status = 0;  // as run_in_foreground
  std::string out;
  std::string err;
};
// Runs argv with no standard input and returns what it wrote; throws where it writes more than `limit` bytes.
Output run_and_capture(const std::vector<std::string>& argv, std::size_t limit);

}  // namespace debone::base
