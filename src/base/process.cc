#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/text.h"

extern char** environ;

namespace debone::base {
namespace {

int shell_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

std::vector<char*> c_argv(const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const auto& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string program_of(const std::vector<std::string>& argv) {
  auto found = find_program(argv.at(0));
  if (!found) throw Error(Exit::internal, fmt::format("no program '{}' in PATH", argv[0]));
  return *found;
}

constexpr std::array forwarded{SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};

volatile sig_atomic_t foreground_child = 0;
volatile sig_atomic_t signalled = 0;

void forward(int signal_number, siginfo_t* info, void* /*context*/) {
  const int saved = errno;
  signalled = 1;
  const auto child = static_cast<pid_t>(foreground_child);
  // From the terminal's keyboard it has gone to everybody in the group already.
  const bool has_it = info->si_code == SI_KERNEL && ::getpgid(child) == ::getpgrp();
  if (child > 0 && !has_it) ::kill(child, signal_number);
  errno = saved;
}

sigset_t forwarded_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal_number : forwarded) sigaddset(&set, signal_number);
  return set;
}

// Blocks (or unblocks) the signals that are forwarded until the end of its scope.
class Masked {
 public:
  explicit Masked(int how) {
    const auto set = forwarded_set();
    ::sigprocmask(how, &set, &before_);
  }
  Masked(const Masked&) = delete;
  Masked& operator=(const Masked&) = delete;
  ~Masked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// Forwards signals to the child while it lives; what they did before is put back.
class Forwarding {
 public:
  explicit Forwarding(pid_t child) : child_before_(foreground_child), signalled_before_(signalled) {
    foreground_child = child;
    signalled = 0;
    struct sigaction action{};
    action.sa_sigaction = forward;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < forwarded.size(); ++i) ::sigaction(forwarded[i], &action, &before_[i]);
  }
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;
  ~Forwarding() {
    for (std::size_t i = 0; i < forwarded.size(); ++i) ::sigaction(forwarded[i], &before_[i], nullptr);
    foreground_child = child_before_;
    signalled = signalled_before_;
  }

 private:
  std::array<struct sigaction, forwarded.size()> before_{};
  sig_atomic_t child_before_;
  sig_atomic_t signalled_before_;
};

// An outcome on its way from a child process: a status or an Error, its parts between NULs.
constexpr std::size_t largest_part = 4096;  // a pipe holds them all, so that nobody waits for a reader

std::string report_of(const Error& error) {
  std::string text = "error";
  const auto add = [&](const std::string& part) { text += '\0' + part.substr(0, largest_part); };
  add(std::to_string(static_cast<int>(error.code())));
  add(error.message());
  add(error.place());
  add(error.hint_text());
  for (const auto& frame : error.frames()) add(frame);
  return text;
}

std::optional<Error> error_of(std::string_view report) {
  const auto parts = split(report, '\0');
  if (parts.size() < 5 || parts[0] != "error") return std::nullopt;
  const auto code = parse_decimal(parts[1]).value_or(static_cast<int>(Exit::internal));
  auto error =
      Error(static_cast<Exit>(code), std::string(parts[2])).at(std::string(parts[3])).hint(std::string(parts[4]));
  for (std::size_t i = 5; i < parts.size(); ++i) error.add_frame(std::string(parts[i]));
  return error;
}

// The child's side of run_in_child. While its parent lives, `alive` has a writer.
[[noreturn]] void work_as_child(const std::function<int()>& fn, Pipe& alive, Pipe& report) {
  alive.write = Fd();
  report.read = Fd();
  die_with_parent();
  pollfd parent{alive.read.get(), 0, 0};
  if (::poll(&parent, 1, 0) != 0) ::_exit(1);
  alive.read = Fd();
  std::optional<Error> failure;
  try {
    ::_exit(fn());
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure.emplace(Exit::internal, error.what());
  }
  const auto text = report_of(*failure);
  ::_exit(::write(report.write.get(), text.data(), text.size()) < 0 ? 2 : 1);
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) return is_program(name) ? std::optional(name) : std::nullopt;
  const char* path = std::getenv("PATH");
  for (const auto folder : split(path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':')) {
    if (!folder.starts_with('/')) continue;  // what lies in the current directory is not to be run by its name alone
    auto candidate = fmt::format("{}/{}", folder, name);
    if (is_program(candidate)) return candidate;
  }
  return std::nullopt;
}

pid_t start(const std::vector<std::string>& argv, const Streams& streams) {
  const auto program = program_of(argv);
  auto arguments = c_argv(argv);
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::internal, "no process can be made");
  if (child == 0) {
    // Copies first: one of the three may be another's number.
    const int in = ::fcntl(streams.in, F_DUPFD_CLOEXEC, 3);
    const int out = ::fcntl(streams.out, F_DUPFD_CLOEXEC, 3);
    const int err = ::fcntl(streams.err, F_DUPFD_CLOEXEC, 3);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    const auto set = forwarded_set();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    ::execve(program.c_str(), arguments.data(), environ);
    ::_exit(127);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw Error(Exit::internal, "lost a child process");
  }
  return shell_status(status);
}

int wait_in_foreground(pid_t child) {
  const Forwarding forwarding(child);
  const Masked unblocked(SIG_UNBLOCK);
  return wait_for(child);
}

bool was_signalled() { return signalled != 0; }

int run_in_foreground(const std::vector<std::string>& argv) {
  const Masked blocked(SIG_BLOCK);  // a signal between fork and the handler's setting would be lost to the child
  return wait_in_foreground(start(argv));
}

Output run_and_capture(const std::vector<std::string>& argv, std::size_t limit) {
  Pipe out;
  Pipe err;
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const pid_t child = start(argv, {null.get(), out.write.get(), err.write.get()});
  out.write = Fd();
  err.write = Fd();
  Output result;
  std::array<pollfd, 2> polled{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
  std::array<std::string*, 2> sinks{&result.out, &result.err};
  std::array<char, 65536> buffer{};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      const auto got = ::read(polled[i].fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        polled[i].fd = -1;
        continue;
      }
      sinks[i]->append(buffer.data(), static_cast<std::size_t>(got));
      if (sinks[i]->size() > limit) {
        ::kill(child, SIGKILL);
        wait_for(child);
        throw Error(Exit::internal, fmt::format("'{}' wrote more than {} bytes", argv[0], limit));
      }
    }
  }
  result.status = wait_for(child);
  return result;
}

int run_in_child(const std::function<int()>& fn, const std::function<void()>& meanwhile) {
  Pipe alive;
  Pipe report;
  const Masked blocked(SIG_BLOCK);
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::internal, "no process can be made");
  if (child == 0) work_as_child(fn, alive, report);
  report.write = Fd();
  const Forwarding forwarding(child);
  int status = 0;
  {
    const Masked unblocked(SIG_UNBLOCK);
    try {
      if (meanwhile) meanwhile();
    } catch (...) {
      ::kill(child, SIGKILL);
      wait_for(child);
      throw;
    }
    status = wait_for(child);
  }
  if (auto error = error_of(report.drain())) throw std::move(*error);
  return status;
}

void die_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(Exit::internal, "no pipe can be made");
  read = Fd(ends[0]);
  write = Fd(ends[1]);
}

std::string Pipe::drain() const {
  std::string all;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = ::read(read.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace debone::base
