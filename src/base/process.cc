#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/file.h"
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

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw Error(Exit::internal, "lost a child process");
  }
  return shell_status(status);
}

volatile sig_atomic_t foreground_child = 0;

void forward(int signal_number) {
  const int saved = errno;
  if (foreground_child > 0) ::kill(static_cast<pid_t>(foreground_child), signal_number);
  errno = saved;
}

constexpr std::array forwarded{SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};

// Forwards signals to the child while it lives; what they did before is put back.
class Forwarding {
 public:
  Forwarding() {
    struct sigaction action{};
    action.sa_handler = forward;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < forwarded.size(); ++i) ::sigaction(forwarded[i], &action, &before_[i]);
  }
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;
  ~Forwarding() {
    for (std::size_t i = 0; i < forwarded.size(); ++i) ::sigaction(forwarded[i], &before_[i], nullptr);
    foreground_child = 0;
  }

 private:
  std::array<struct sigaction, forwarded.size()> before_{};
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(Exit::internal, "no pipe can be made");
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
  Fd read;
  Fd write;
};

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

int run_in_foreground(const std::vector<std::string>& argv) {
  const auto program = program_of(argv);
  auto arguments = c_argv(argv);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  for (const int signal_number : forwarded) sigaddset(&blocked, signal_number);
  // A signal between fork and the handler's setting would be lost to the child: it waits till both stand.
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const pid_t child = ::fork();
  if (child < 0) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    throw Error(Exit::internal, "no process can be made");
  }
  if (child == 0) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::execve(program.c_str(), arguments.data(), environ);
    ::_exit(127);
  }
  const Forwarding forwarding;
  foreground_child = child;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return wait_for(child);
}

Output run_and_capture(const std::vector<std::string>& argv, std::size_t limit) {
  const auto program = program_of(argv);
  auto arguments = c_argv(argv);
  Pipe out;
  Pipe err;
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::internal, "no process can be made");
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(out.write.get(), 1);
    ::dup2(err.write.get(), 2);
    ::execve(program.c_str(), arguments.data(), environ);
    ::_exit(127);
  }
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

}  // namespace debone::base
