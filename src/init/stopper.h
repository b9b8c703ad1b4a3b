// Forwards signals to process groups and stops them in order: drain, no new connections, signal, deadline, SIGKILL.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "init/config.h"
#include "init/listeners.h"
#include "init/log.h"
#include "init/processes.h"

namespace debone::init {

// Who gets signals: what a process that answers requests has started works for one of them, and is its own to end.
enum class Receives { process, group };

class Stopper {
 public:
  // `listeners`, which may be none, are those of the groups.
  Stopper(const Stopping& rules, const Log& log, Subject subject, Receives receives, Listeners* listeners = nullptr)
      : rules_(rules), log_(log), subject_(subject), receives_(receives), listeners_(listeners) {}

  // A signal to stop begins the end of the groups, a second one ends the drain; any other is passed on.
  void on_signal(int signal, const std::vector<pid_t>& groups);
  // Ends them now, without a drain.
  void stop_now(const std::vector<pid_t>& groups);
  // When on_deadline wants to be called.
  std::optional<Clock::time_point> deadline() const { return deadline_; }
  void on_deadline(const std::vector<pid_t>& groups);

  // The signal to stop, once it came.
  std::optional<int> stopped_by() const { return stopped_by_; }

 private:
  enum class State { running, draining, closing, ending, killed };

  void pass_on(int signal, const std::vector<pid_t>& groups) const;
  void close(const std::vector<pid_t>& groups);
  void send(int signal, const std::vector<pid_t>& groups);

  Stopping rules_;
  const Log& log_;
  Subject subject_;
  Receives receives_;
  Listeners* listeners_;
  State state_ = State::running;
  std::optional<int> stopped_by_;  // the first, and
  int last_ = SIGTERM;
  std::optional<Clock::time_point> deadline_;
  Clock::time_point closing_since_;
};

// The earlier of two times, where there is one.
std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a, std::optional<Clock::time_point> b);

}  // namespace debone::init
