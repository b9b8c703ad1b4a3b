// The one owner of all waits and of all signals: whoever wants to know that a process ended, or that a signal came,
// learns it here, in the order in which it happened.
#pragma once

#include <sys/types.h>

#include <deque>
#include <optional>
#include <vector>

#include "init/duration.h"
#include "init/file.h"

namespace debone::init {

enum class EventKind { ended, signal, readable, timeout };

struct Event {
  EventKind kind = EventKind::timeout;
  pid_t process = 0;  // of `ended`
  int status = 0;     // likewise: the exit status, or 128 + the signal that ended it
  int signal = 0;     // of `signal`
};

// Whether it is a signal to stop: SIGTERM, SIGINT, SIGQUIT.
bool is_stop(int signal);

class Processes {
 public:
  // Blocks all signals, which are read from a descriptor from then on, and becomes the parent of orphans.
  Processes();

  // The next event before `deadline`, if any; else `timeout`. `readable` (-1: none) is a descriptor to watch, too.
  // Orphans that end are events like others.
  Event wait(std::optional<Clock::time_point> deadline, int readable = -1);

  // Whether any child is left, a zombie included.
  bool any_left();

  // Sends it to every process that is there to be ended: as PID 1 all others, else `groups` and the children left.
  void signal_all(int signal, const std::vector<pid_t>& groups);

 private:
  void reap();
  void read_signals();

  Fd signals_;
  std::deque<Event> events_;
};

// Sends `signal` to the process group; nothing where it is gone.
void signal_group(pid_t group, int signal);

}  // namespace debone::init
