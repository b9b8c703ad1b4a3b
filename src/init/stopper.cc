#include "init/stopper.h"

#include <algorithm>
#include <csignal>

#include "init/signals.h"
#include "init/text.h"

namespace debone::init {

std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a, std::optional<Clock::time_point> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

void Stopper::send(int signal, const std::vector<pid_t>& groups) {
  const int sent = signal == SIGTERM ? rules_.signal : signal;
  for (const auto group : groups) signal_group(group, sent);
  if (state_ == State::running || state_ == State::draining) {
    state_ = State::ending;
    deadline_ = Clock::now() + rules_.timeout;
  }
}

void Stopper::on_signal(int signal, const std::vector<pid_t>& groups) {
  if (!is_stop(signal)) {
    for (const auto group : groups) signal_group(group, signal);
    return;
  }
  if (!stopped_by_) stopped_by_ = signal;
  if (state_ == State::running && rules_.drain.count() > 0) {
    log_.info(subject_, cat(signal_name(signal), ": drains for ", written(rules_.drain)));
    state_ = State::draining;
    deadline_ = Clock::now() + rules_.drain;
    return;
  }
  if (state_ != State::ending && state_ != State::killed) log_.info(subject_, cat(signal_name(signal), ": stops"));
  send(signal, groups);
}

void Stopper::stop_now(const std::vector<pid_t>& groups) { send(SIGTERM, groups); }

void Stopper::on_deadline(const std::vector<pid_t>& groups) {
  if (state_ == State::draining) {
    send(stopped_by_.value_or(SIGTERM), groups);
  } else if (state_ == State::ending) {
    log_.warning(subject_, cat("not ended after ", written(rules_.timeout), ": SIGKILL"));
    for (const auto group : groups) signal_group(group, SIGKILL);
    state_ = State::killed;
    deadline_.reset();
  }
}

}  // namespace debone::init
