#include "init/stopper.h"

#include <algorithm>
#include <csignal>

#include "init/signals.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr Duration between_looks{5};

}  // namespace

std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a, std::optional<Clock::time_point> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

void Stopper::pass_on(int signal, const std::vector<pid_t>& groups) const {
  for (const auto group : groups) {
    if (receives_ == Receives::group) {
      signal_group(group, signal);
    } else {
      ::kill(group, signal);  // its first process
    }
  }
}

void Stopper::send(int signal, const std::vector<pid_t>& groups) {
  const int sent = signal == SIGTERM ? rules_.signal : signal;
  if (listeners_ != nullptr) listeners_->close();
  pass_on(sent, groups);
  if (state_ == State::ending || state_ == State::killed) return;
  deadline_ = (state_ == State::closing ? closing_since_ : Clock::now()) + rules_.timeout;
  state_ = State::ending;
}

// The signal to stop follows at once, or when those are let in who wait already: in half of the time for the end.
void Stopper::close(const std::vector<pid_t>& groups) {
  const auto now = Clock::now();
  if (state_ != State::closing) {
    closing_since_ = now;
    state_ = State::closing;
    if (listeners_ != nullptr && listeners_->any_waiting()) listeners_->take_no_more();
  }
  if (listeners_ == nullptr || !listeners_->any_waiting() || now >= closing_since_ + rules_.timeout / 2) {
    send(last_, groups);
  } else {
    deadline_ = now + between_looks;
  }
}

void Stopper::on_signal(int signal, const std::vector<pid_t>& groups) {
  if (!is_stop(signal)) {
    pass_on(signal, groups);
    return;
  }
  if (!stopped_by_) stopped_by_ = signal;
  last_ = signal;
  if (state_ == State::running && rules_.drain.count() > 0) {
    log_.info(subject_, cat(signal_name(signal), ": drains for ", written(rules_.drain)));
    state_ = State::draining;
    deadline_ = Clock::now() + rules_.drain;
    return;
  }
  if (state_ == State::running || state_ == State::draining) {
    log_.info(subject_, cat(signal_name(signal), ": stops"));
    close(groups);
  } else {
    send(signal, groups);
  }
}

void Stopper::stop_now(const std::vector<pid_t>& groups) { send(SIGTERM, groups); }

void Stopper::on_deadline(const std::vector<pid_t>& groups) {
  if (state_ == State::draining || state_ == State::closing) {
    close(groups);
  } else if (state_ == State::ending) {
    log_.warning(subject_, cat("not ended after ", written(rules_.timeout), ": SIGKILL"));
    for (const auto group : groups) signal_group(group, SIGKILL);
    state_ = State::killed;
    deadline_.reset();
  }
}

}  // namespace debone::init
