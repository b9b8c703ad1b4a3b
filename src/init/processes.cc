#include "init/processes.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {

bool is_stop(int signal) { return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT; }

void signal_group(pid_t group, int signal) { ::kill(-group, signal); }

Processes::Processes() {
  sigset_t all;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&all, fault);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  // An ignored SIGCHLD, which could be inherited, would take the statuses away.
  std::signal(SIGCHLD, SIG_DFL);
  signals_ = Fd(::signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_) throw Failure{cat("cannot read signals: ", reason_of(errno))};
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void Processes::reap() {
  for (;;) {
    int status = 0;
    const auto process = ::waitpid(-1, &status, WNOHANG);
    if (process <= 0) return;
    if (!WIFEXITED(status) && !WIFSIGNALED(status)) continue;
    events_.push_back(
        {EventKind::ended, process, WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status), 0});
  }
}

void Processes::read_signals() {
  std::array<signalfd_siginfo, 16> read;
  for (;;) {
    const auto got = ::read(signals_.get(), read.data(), sizeof read);
    if (got <= 0) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof(signalfd_siginfo); ++i) {
      const auto number = static_cast<int>(read[i].ssi_signo);
      // These speak of debone-init's own reading and writing; SIGCHLD is why there is a reap.
      if (number == SIGCHLD || number == SIGPIPE || number == SIGTTIN || number == SIGTTOU) continue;
      events_.push_back({EventKind::signal, 0, 0, number});
    }
  }
}

Event Processes::wait(std::optional<Clock::time_point> deadline, int readable) {
  for (;;) {
    read_signals();
    reap();
    if (!events_.empty()) {
      const auto event = events_.front();
      events_.pop_front();
      return event;
    }
    int timeout = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<Duration>(*deadline - Clock::now()).count();
      if (left <= 0) return {};
      timeout = static_cast<int>(std::min<std::int64_t>(left, 3'600'000));
    }
    std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {readable, POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), timeout);
    if (watched[1].revents != 0 && watched[0].revents == 0) return {EventKind::readable, 0, 0, 0};
  }
}

bool Processes::any_left() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void Processes::signal_all(int signal, const std::vector<pid_t>& groups) {
  if (::getpid() == 1) {
    ::kill(-1, signal);
    return;
  }
  for (const auto group : groups) signal_group(group, signal);
  // Orphans of other groups. Where /proc has no such file they are awaited all the same.
  if (!exists("/proc/thread-self/children")) return;
  const auto children = read_file("/proc/thread-self/children", std::size_t{1} << 20U);
  for (const auto child : split(children, ' ')) {
    if (const auto number = number_of(child, INT32_MAX)) ::kill(static_cast<pid_t>(*number), signal);
  }
}

}  // namespace debone::init
