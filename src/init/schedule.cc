#include "init/schedule.h"

#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "init/failure.h"
#include "init/signals.h"
#include "init/text.h"
#include "init/timetable.h"

namespace debone::init {
namespace {

void set_timezone(const std::string& name, const std::string& zoneinfo) {
  if (name != "UTC") {
    const auto path = cat(zoneinfo, "/", name);
    if (!exists(path)) throw Failure{cat("no time zone ", name, ": ", path, " is not there (package tzdata)")};
    if (!read_file(path, std::size_t{1} << 20U).starts_with("TZif")) throw Failure{cat(path, " is no time zone")};
  }
  const auto value = name == "UTC" ? std::string("UTC0") : cat(":", zoneinfo, "/", name);
  ::setenv("TZ", value.c_str(), 1);
  ::tzset();
}

Duration random_up_to(Duration most) {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) return {};
  return Duration(static_cast<std::int64_t>(number % static_cast<std::uint64_t>(most.count() + 1)));
}

// Before variables are expanded, so that no secret is in it.
std::string as_written(const std::vector<std::string>& command) {
  std::string text;
  for (const auto& word : command) text += cat(text.empty() ? "" : " ", written_word(word));
  return text;
}

class Schedule {
 public:
  Schedule(Context& context, const Config& config)
      : context_(context), stopper_(context.stopping, context.log, {}, Receives::group) {
    timer_ = Fd(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer_) throw Failure{cat("cannot make a timer: ", reason_of(errno))};
    const auto now = std::time(nullptr);
    for (const auto& job : config.jobs) {
      try {
        jobs_.push_back({&job, child_of(job.command, context.environment, context.accounts), Timetable(job.cron, now)});
      } catch (const Failure& failure) {
        throw Failure{cat("job ", job.name, ": ", failure.message), failure.status};
      }
    }
  }

  int keep() {
    context_.log.info({}, cat("keeps a schedule of ", jobs_.size(), jobs_.size() == 1 ? " job" : " jobs"));
    while (!stopper_.stopped_by() || any_running()) {
      if (!stopper_.stopped_by()) {
        look_at_clock();
        arm_timer();
      }
      handle(context_.processes.wait(next_deadline(), stopper_.stopped_by() ? -1 : timer_.get()));
    }
    return status_;
  }

 private:
  struct State {
    const Job* job;
    Child child;
    Timetable times;
    pid_t process = 0;  // 0: it does not run
    std::uint64_t iteration = 0;
    Clock::time_point started{};
    std::optional<Clock::time_point> starts_at{};  // after its jitter
    std::optional<Clock::time_point> limit{};      // until SIGTERM, then until SIGKILL
    bool timed_out = false;
  };

  Subject subject(const State& state) const { return {"job", state.job->name}; }

  bool any_running() const {
    return std::ranges::any_of(jobs_, [](const auto& state) { return state.process != 0; });
  }

  std::vector<pid_t> groups() const {
    std::vector<pid_t> running;
    for (const auto& state : jobs_) {
      if (state.process != 0) running.push_back(state.process);
    }
    return running;
  }

  void look_at_clock() {
    const auto now = std::time(nullptr);
    for (auto& state : jobs_) {
      const auto due = state.times.ask(now);
      if (due == Due::no) continue;
      if (due == Due::missed) {
        context_.log.warning(subject(state), "its time was missed by over an hour: passed over");
      } else if (state.process != 0 || state.starts_at) {
        context_.log.warning(subject(state), "still runs: passed over",
                             {{"iteration", std::to_string(state.iteration)}});
      } else if (state.job->jitter.count() > 0) {
        state.starts_at = Clock::now() + random_up_to(state.job->jitter);
      } else {
        begin(state);
      }
    }
  }

  void begin(State& state) {
    ++state.iteration;
    state.starts_at.reset();
    state.timed_out = false;
    state.started = Clock::now();
    try {
      state.process = start(state.child);
    } catch (const Failure& failure) {
      context_.log.error(subject(state), failure.message,
                         {{"iteration", std::to_string(state.iteration)}, {"status", std::to_string(failure.status)}});
      return;
    }
    if (state.job->timeout.count() > 0) state.limit = state.started + state.job->timeout;
    context_.log.info(subject(state), "started",
                      {{"iteration", std::to_string(state.iteration)},
                       {"job.schedule", text_value(state.job->schedule)},
                       {"job.command", text_value(as_written(state.job->command.argv))},
                       {"pid", std::to_string(state.process)}});
  }

  void ended(State& state, int status) {
    const auto taken = seconds_of(std::chrono::duration_cast<Duration>(Clock::now() - state.started));
    state.process = 0;
    state.limit.reset();
    if (stopper_.stopped_by() && status != 0) status_ = status;
    const auto how = state.timed_out      ? cat("had no more time after ", written(state.job->timeout))
                     : status > by_signal ? cat("ended by ", signal_name(status - by_signal))
                                          : cat("ended with status ", status);
    const std::initializer_list<LogField> fields{{"iteration", std::to_string(state.iteration)},
                                                 {"status", std::to_string(state.timed_out ? init::timed_out : status)},
                                                 {"seconds", taken}};
    if (status == 0 && !state.timed_out) {
      context_.log.info(subject(state), cat("done in ", taken, "s"), fields);
    } else {
      context_.log.error(subject(state), cat(how, " after ", taken, "s"), fields);
    }
  }

  void arm_timer() {
    auto next = jobs_.front().times.next();
    for (const auto& state : jobs_) next = std::min(next, state.times.next());
    itimerspec at{};
    at.it_value.tv_sec = next;
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, nullptr);
  }

  std::optional<Clock::time_point> next_deadline() const {
    auto deadline = stopper_.deadline();
    for (const auto& state : jobs_) {
      if (!stopper_.stopped_by()) deadline = earlier(deadline, state.starts_at);
      deadline = earlier(deadline, state.limit);
    }
    return deadline;
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case EventKind::ended:
        for (auto& state : jobs_) {
          if (state.process == event.process) ended(state, event.status);
        }
        break;
      case EventKind::signal: stopper_.on_signal(event.signal, groups()); break;
      case EventKind::readable: {
        std::uint64_t expirations = 0;
        if (::read(timer_.get(), &expirations, sizeof expirations) < 0 && errno == ECANCELED) {
          const auto now = std::time(nullptr);
          for (auto& state : jobs_) state.times.clock_was_set(now);
        }
        break;
      }
      case EventKind::timeout: on_timeout(); break;
    }
  }

  void on_timeout() {
    const auto now = Clock::now();
    if (stopper_.deadline() && now >= *stopper_.deadline()) stopper_.on_deadline(groups());
    for (auto& state : jobs_) {
      if (state.starts_at && now >= *state.starts_at && !stopper_.stopped_by()) begin(state);
      if (!state.limit || now < *state.limit) continue;
      signal_group(state.process, state.timed_out ? SIGKILL : SIGTERM);
      state.limit.reset();
      if (!state.timed_out) state.limit = now + context_.stopping.timeout;
      state.timed_out = true;
    }
  }

  Context& context_;
  Stopper stopper_;
  Fd timer_;
  std::vector<State> jobs_;
  int status_ = 0;
};

}  // namespace

int keep_schedule(Context& context, const Config& config, const std::string& zoneinfo) {
  set_timezone(config.timezone, zoneinfo);
  return Schedule(context, config).keep();
}

}  // namespace debone::init
