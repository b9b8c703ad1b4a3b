// Other programs, started without a shell, and work done in a child process. For what no library does: running a
// container. INT, TERM, QUIT, HUP, USR1 and USR2 are forwarded to whoever works in the foreground; what the terminal
// sends to the whole process group is not sent to a child of that group again.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"

namespace debone::base {

// The absolute path of an executable of that name in PATH, or nothing; relative folders in PATH do not count. A name
// with a slash is a path already.
std::optional<std::string> find_program(const std::string& name);

// Which descriptors a program has as its standard streams: this process's own unless said otherwise.
struct Streams {
  int in = 0;
  int out = 1;
  int err = 2;
};
// Starts argv[0] (found in PATH) with this process's environment and returns its process id. Throws Error where it
// cannot be started.
pid_t start(const std::vector<std::string>& argv, const Streams& streams = {});

// Waits for a child of this process and returns its exit status as a shell gives it: 128+N where signal N ended it.
int wait_for(pid_t child);
// The same, and forwards signals to it meanwhile.
int wait_in_foreground(pid_t child);

// Both of it; a signal that comes in between is not lost.
int run_in_foreground(const std::vector<std::string>& argv);

struct Output {
  int status = 0;  // as wait_for
  std::string out;
  std::string err;
};
// Runs argv with no standard input and returns what it wrote; throws where it writes more than `limit` bytes.
Output run_and_capture(const std::vector<std::string>& argv, std::size_t limit);

// Runs `fn` in a child process and returns what it returned (0 to 255), or 128+N where signal N ended it; an Error
// thrown there is thrown here. Signals are forwarded; in the child they wait until it has a foreground of its own. The
// child is killed when this process ends, however it ends. `meanwhile` runs here beside it; where it throws the child
// is killed. The process must have one thread.
int run_in_child(const std::function<int()>& fn, const std::function<void()>& meanwhile = {});

// In such a `meanwhile`: whether a signal came, which was forwarded.
bool was_signalled();

// From here on the kernel kills this process when its parent ends. To be repeated after a change of user, which undoes
// it.
void die_with_parent();

// The two ends of a pipe; no other program inherits them.
struct Pipe {
  Pipe();
  // Everything until no one can write to it any more.
  std::string drain() const;
  Fd read;
  Fd write;
};

}  // namespace debone::base
