#include "run/enclosure.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/process.h"

namespace debone::run {
namespace {

base::Error not_allowed(std::string_view what) {
  return base::Error(base::Exit::internal,
                     fmt::format("cannot {}, which a container needs: {}", what, std::strerror(errno)))
      .hint("run debone as root, or build with --to docker and load the image into an engine");
}

void mount_proc() {
  constexpr unsigned long all_private = MS_REC | MS_PRIVATE;
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount("none", "/", nullptr, all_private, nullptr) != 0 || ::mount("proc", "/proc", "proc", flags, nullptr) != 0)
    throw not_allowed("mount a /proc");
}

}  // namespace

int in_enclosure(const std::optional<IdMaps>& maps, Terminal terminal, const std::function<int()>& fn,
                 const std::function<void()>& meanwhile, const std::function<void()>& on_entering) {
  // The first child makes the namespaces, of which a PID namespace takes in only the children of its maker.
  return base::run_in_child(
      [&] {
        if (on_entering) on_entering();
        if (terminal == Terminal::own_session) ::setsid();
        if (maps) become_root_of_namespace(*maps);
        if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) throw not_allowed("make a process namespace");
        return base::run_in_child([&] {
          mount_proc();
          return fn();
        });
      },
      meanwhile);
}

}  // namespace debone::run
