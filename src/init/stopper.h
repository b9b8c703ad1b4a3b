// Forwards signals to process groups and stops them in order: drain, signal, deadline, SIGKILL.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "init/config.h"
#include "init/log.h"
#include "init/processes.h"

namespace debone::init {

class Stopper {
 public:
  Stopper(const Stopping& rules, const Log& log, Subject subject) : rules_(rules), log_(log), subject_(subject) {}

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
  enum class State { running, draining, ending, killed };

  void send(int signal, const std::vector<pid_t>& groups);

  Stopping rules_;
  const Log& log_;
  Subject subject_;
  State state_ = State::running;
  std::optional<int> stopped_by_;
  std::optional<Clock::time_point> deadline_;
};

// The earlier of two times, where there is one.
std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a, std::optional<Clock::time_point> b);

}  // namespace debone::init
