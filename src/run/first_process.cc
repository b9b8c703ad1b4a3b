#include "run/first_process.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

namespace debone::run {

FirstProcess::FirstProcess() {
  constexpr const char* own_name = "/proc/self/ns/pid";
  const base::Fd own(::open(own_name, O_RDONLY | O_CLOEXEC));
  if (!own || ::unshare(CLONE_NEWPID) != 0) throw base::system_error("make a process namespace", own_name, errno);
  process_ = ::fork();
  if (process_ == 0) {
    base::die_with_parent();
    std::signal(SIGCHLD, SIG_IGN);  // who has lost his parent is nobody's to wait for
    for (;;) ::pause();
  }
  const int error = errno;
  if (::setns(own.get(), CLONE_NEWPID) != 0) throw base::system_error("leave a process namespace", own_name, errno);
  if (process_ < 0) throw base::system_error("make a process", own_name, error);
}

std::filesystem::path FirstProcess::name_space() const {
  return std::filesystem::path("/proc") / std::to_string(process_) / "ns/pid";
}

void FirstProcess::end() {
  // Not waited for: it is gone when all in its namespace are, which is the enclosure's end at the latest.
  if (process_ > 0) ::kill(process_, SIGKILL);
  process_ = 0;
}

}  // namespace debone::run
