#include "init/supervise.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "init/failure.h"
#include "init/probe.h"
#include "init/text.h"

namespace debone::init {

Outcome supervise(Context& context, const Child& child, const Stopping& rules, std::optional<Duration> timeout,
                  Subject subject, Listeners* listeners) {
  const auto receives = listeners != nullptr ? Receives::process : Receives::group;
  Stopper stopper(rules, context.log, subject, receives, listeners);
  std::optional<Clock::time_point> limit;
  if (timeout) limit = Clock::now() + *timeout;
  Outcome outcome;
  outcome.process = start(child);
  const std::vector<pid_t> group{outcome.process};
  for (;;) {
    const auto event = context.processes.wait(earlier(limit, stopper.deadline()));
    switch (event.kind) {
      case EventKind::ended:
        if (event.process != outcome.process) break;  // an orphan
        outcome.status = event.status;
        outcome.stopped_by = stopper.stopped_by();
        return outcome;
      case EventKind::signal: stopper.on_signal(event.signal, group); break;
      case EventKind::timeout:
        if (limit && Clock::now() >= *limit) {
          outcome.timed_out = true;
          limit.reset();
          stopper.stop_now(group);
        } else {
          stopper.on_deadline(group);
        }
        break;
      case EventKind::readable: break;
    }
  }
}

void pause(Context& context, Duration duration) {
  const auto deadline = Clock::now() + duration;
  for (;;) {
    const auto event = context.processes.wait(deadline);
    if (event.kind == EventKind::timeout) return;
    if (event.kind == EventKind::signal && is_stop(event.signal)) throw Stopped{event.signal};
  }
}

std::string run_probe(Processes& processes, const std::function<std::string()>& probe, Duration limit) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Failure{cat("cannot make a pipe: ", reason_of(errno))};
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const auto process = start_function([&] {
    const auto reason = probe();
    if (!reason.empty()) write_all(writing.get(), std::string_view(reason).substr(0, 1000), "a pipe");
    return reason.empty() ? 0 : 1;
  });
  writing = Fd();
  std::optional<Clock::time_point> deadline = Clock::now() + limit;
  std::optional<int> stopped_by;
  bool late = false;
  for (;;) {
    const auto event = processes.wait(deadline);
    if (event.kind == EventKind::ended && event.process == process) {
      if (stopped_by) throw Stopped{*stopped_by};
      if (late) return no_answer;
      if (event.status == 0) return {};
      std::array<char, 1000> text{};
      const auto got = ::read(reading.get(), text.data(), text.size());
      return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got))
                     : cat("the probe ended with ", event.status);
    }
    const bool stop = event.kind == EventKind::signal && is_stop(event.signal);
    if (!stop && event.kind != EventKind::timeout) continue;
    if (stop) stopped_by = event.signal;
    late = true;
    deadline.reset();
    ::kill(process, SIGKILL);
  }
}

void end_all(Processes& processes, const std::vector<pid_t>& groups, Duration timeout, const Log& log) {
  if (!processes.any_left()) return;
  constexpr Duration between_kills{50};
  processes.signal_all(SIGTERM, groups);
  auto deadline = Clock::now() + timeout;
  bool killing = false;
  while (processes.any_left()) {
    if (processes.wait(deadline).kind != EventKind::timeout) continue;
    if (!killing) log.warning({}, cat("processes are left after ", written(timeout), ": SIGKILL"));
    killing = true;
    processes.signal_all(SIGKILL, groups);  // again and again: a killed parent leaves its children here
    deadline = Clock::now() + between_kills;
  }
}

}  // namespace debone::init
