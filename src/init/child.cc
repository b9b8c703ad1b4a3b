#include "init/child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "init/capabilities.h"
#include "init/expand.h"
#include "init/failure.h"
#include "init/file.h"
#include "init/listeners.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

constexpr std::string_view listen_pid = "LISTEN_PID=";

// What a child that could not be started says, through a pipe that exec closes.
enum class Stage { directory, user, capabilities, privileges, input, sockets, program };
struct Trouble {
  Stage stage;
  int error;
};

[[noreturn]] void give_up(int pipe, Stage stage, int error) {
  const Trouble trouble{stage, error};
  if (::write(pipe, &trouble, sizeof trouble) < 0) ::_exit(own_failure);
  ::_exit(own_failure);
}

int set_capabilities(std::uint64_t mask) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto bits = static_cast<std::uint32_t>(mask >> (32 * i));
    data[i] = {bits, bits, bits};
  }
  return static_cast<int>(::syscall(SYS_capset, &header, data.data()));
}

// Drops from the bounding set what is not in `mask`; false where something stays, for want of CAP_SETPCAP.
bool bound_capabilities(std::uint64_t mask) {
  bool bound = true;
  for (unsigned long number = 0; number < 64; ++number) {
    if (::prctl(PR_CAPBSET_READ, number, 0UL, 0UL, 0UL) != 1 || (mask >> number & 1U) != 0) continue;
    bound = ::prctl(PR_CAPBSET_DROP, number, 0UL, 0UL, 0UL) == 0 && bound;
  }
  return bound;
}

bool become(const Account& account) {
  if (::geteuid() == account.uid && ::getegid() == account.gid && account.uid != 0) return true;
  return ::setgroups(account.groups.size(), account.groups.data()) == 0 &&
         ::setresgid(account.gid, account.gid, account.gid) == 0 &&
         ::setresuid(account.uid, account.uid, account.uid) == 0;
}

void apply_privileges(const Child& child, int pipe) {
  std::uint64_t mask = 0;
  for (const auto number : child.capabilities.numbers) mask |= std::uint64_t{1} << number;
  bool bound = true;
  if (!child.capabilities.keep) {
    bound = bound_capabilities(mask);
    if (mask != 0) ::prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL);
  }
  if (child.account && !become(*child.account)) give_up(pipe, Stage::user, errno);
  if (!child.capabilities.keep) {
    // What stays in the bounding set is root's again after exec, and nobody else's.
    if (!bound && ::geteuid() == 0) give_up(pipe, Stage::capabilities, EPERM);
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL);
    if (set_capabilities(mask) != 0) give_up(pipe, Stage::capabilities, errno);
    for (const auto number : child.capabilities.numbers) {
      const auto raised = static_cast<unsigned long>(number);
      if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, raised, 0UL, 0UL) != 0)
        give_up(pipe, Stage::capabilities, errno);
    }
  }
  if (child.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
    give_up(pipe, Stage::privileges, errno);
}

// Both sides of the fork do this: whoever is first, a signal to the group finds it.
void own_group(pid_t process) {
  ::setpgid(process, process);
  // SIGTTOU is blocked, so it is allowed from the background.
  if (::isatty(STDIN_FILENO) == 1) ::tcsetpgrp(STDIN_FILENO, process == 0 ? ::getpid() : process);
}

// Every signal as it is for a new process. One that came since the fork takes effect here.
void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(number, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

// sd_listen_fds(3). Gives the pipe's descriptor, which may have been in the way.
int give_listeners(const std::vector<int>& listeners, int pipe) {
  const int behind = first_listener + static_cast<int>(listeners.size());
  const int moved = ::fcntl(pipe, F_DUPFD_CLOEXEC, behind);
  if (moved < 0) give_up(pipe, Stage::sockets, errno);
  std::vector<int> copies;
  for (const int listener : listeners) copies.push_back(::fcntl(listener, F_DUPFD_CLOEXEC, behind));
  for (int place = first_listener; place < behind; ++place) {
    if (::dup2(copies[static_cast<std::size_t>(place - first_listener)], place) < 0)
      give_up(moved, Stage::sockets, errno);
  }
  return moved;
}

[[noreturn]] void execute(const Child& child, char* const* argv, std::vector<char*> environment, int pipe) {
  own_group(0);
  std::string own_number(listen_pid);
  if (!child.listeners.empty()) {
    pipe = give_listeners(child.listeners, pipe);
    own_number += std::to_string(::getpid());
    for (auto& variable : environment) {
      if (variable != nullptr && std::string_view(variable).starts_with(listen_pid)) variable = own_number.data();
    }
  }
  if (child.standard_input >= 0 &&
      (::lseek(child.standard_input, 0, SEEK_SET) != 0 || ::dup2(child.standard_input, STDIN_FILENO) < 0)) {
    give_up(pipe, Stage::input, errno);
  }
  apply_privileges(child, pipe);
  if (!child.directory.empty() && ::chdir(child.directory.c_str()) != 0) give_up(pipe, Stage::directory, errno);
  reset_signals();
  int error = ENOENT;
  for (const auto& path : child.candidates) {
    ::execve(path.c_str(), argv, environment.data());
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
    if (error != ENOENT && error != EACCES) break;
  }
  give_up(pipe, Stage::program, error);
}

Failure failure_of(const Child& child, const Trouble& trouble) {
  const auto reason = reason_of(trouble.error);
  switch (trouble.stage) {
    case Stage::directory: return {cat("cannot enter ", child.directory, ": ", reason), own_failure};
    case Stage::user:
      return {cat("cannot become user ", child.account->uid, ", group ", child.account->gid, ": ", reason),
              own_failure};
    case Stage::capabilities: return {cat("cannot set its capabilities: ", reason), own_failure};
    case Stage::privileges: return {cat("cannot set no_new_privs: ", reason), own_failure};
    case Stage::input: return {cat("cannot give it its standard input: ", reason), own_failure};
    case Stage::sockets: return {cat("cannot give it its sockets: ", reason), own_failure};
    case Stage::program: break;
  }
  return {cat("cannot start '", child.argv.front(), "': ", reason),
          trouble.error == ENOENT ? not_found : not_executable};
}

}  // namespace

Child child_of(const Command& command, const Environment& environment, const AccountFiles& accounts) {
  Child child;
  for (const auto& word : command.argv) child.argv.push_back(expand_word(word, environment));
  child.directory = expand_word(command.directory, environment);
  child.capabilities = command.capabilities;
  child.no_new_privileges = command.no_new_privileges;
  auto variables = environment;
  if (!command.user.empty()) {
    child.account = account_of(command.user, accounts);
    if (command.groups) {
      child.account->groups.clear();
      for (const auto& group : *command.groups) child.account->groups.push_back(group_of(group, accounts));
    }
    if (!child.account->home.empty()) variables.set("HOME", child.account->home);
  }
  for (const auto& variable : command.environment) {
    const auto equals = variable.find('=');
    variables.set(variable.substr(0, equals), expand_word(variable.substr(equals + 1), environment));
  }
  child.environment = variables.texts();
  const auto& program = child.argv.front();
  if (program.empty()) throw Failure{"the program's name is empty", not_found};
  if (program.find('/') != std::string::npos) {
    child.candidates.push_back(program);
    return child;
  }
  const auto* path = variables.find("PATH");
  for (const auto folder : split(path != nullptr ? std::string_view(*path) : default_path, ':')) {
    child.candidates.push_back(folder.empty() ? program : cat(folder, "/", program));
  }
  return child;
}

pid_t start(const Child& child) {
  const auto argv = pointers(child.argv);
  const auto environment = pointers(child.environment);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Failure{cat("cannot make a pipe: ", reason_of(errno))};
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const auto process = ::fork();
  if (process < 0) throw Failure{cat("cannot make a process: ", reason_of(errno))};
  if (process == 0) execute(child, argv.data(), environment, writing.get());
  own_group(process);
  writing = Fd();
  Trouble trouble{};
  ssize_t got = 0;
  do {
    got = ::read(reading.get(), &trouble, sizeof trouble);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof trouble) throw failure_of(child, trouble);
  return process;
}

pid_t start_function(const std::function<int()>& body) {
  const auto process = ::fork();
  if (process < 0) throw Failure{cat("cannot make a process: ", reason_of(errno))};
  if (process == 0) {
    ::setpgid(0, 0);
    reset_signals();
    ::_exit(body());
  }
  ::setpgid(process, process);
  return process;
}

}  // namespace debone::init
