#include "run/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "run/enclosure.h"
#include "run/first_process.h"
#include "run/relay.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

constexpr auto patience = std::chrono::seconds(20);  // for strace to take hold of a container that waits
constexpr auto pause_between_looks = std::chrono::milliseconds(5);
constexpr std::size_t largest_text = 1U << 20U;

std::string find_strace() {
  if (auto found = base::find_program("strace")) return *found;
  throw Error(Exit::internal, "strace is not installed, and it does the tracing")
      .hint("apt-get install strace, or run the image without a trace: debone run");
}

// Whether each thread of the process has a tracer.
bool is_traced(const std::string& process) {
  try {
    for (const auto& thread : fs::directory_iterator(fs::path("/proc") / process / "task")) {
      const auto status = base::read_file(thread.path() / "status", largest_text);
      if (status.find("\nTracerPid:\t") == std::string::npos || status.find("\nTracerPid:\t0\n") != std::string::npos)
        return false;
    }
    return true;
  } catch (const Error&) {  // a thread that has ended meanwhile
  } catch (const fs::filesystem_error&) {
  }
  return false;
}

// strace, holding on to a container that is created and not started.
class Tracer {
 public:
  Tracer(const std::string& strace, const Bundle& bundle, const std::string& process, int output)
      : words_(bundle.folder() / "strace.log") {
    const base::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const base::Fd words(::open(words_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!words) throw base::system_error("write", words_, errno);
    // Ids as strace's own /proc has them tell which process started which.
    pid_ = base::start({strace, "-f", "-q", "-y", "-s", "0", "--pidns-translation", "-e", "signal=none", "-e",
                        "trace=%file,?fchdir,?clone,?clone3,?fork,?vfork", "-o", "/proc/self/fd/1", "-p", process},
                       {null.get(), output, words.get()});
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_traced(process)) {
      if (::waitpid(pid_, nullptr, WNOHANG) != 0) throw failure();
      if (std::chrono::steady_clock::now() > end) throw failure();
      std::this_thread::sleep_for(pause_between_looks);
    }
  }
  // Until all that it traced has ended.
  void wait() const {
    const int status = base::wait_for(pid_);
    if (status == 0) return;
    throw Error(Exit::internal, fmt::format("strace ended before the program, with status {}: {}", status, words()));
  }

 private:
  std::string words() const { return std::string(base::trim(base::read_file(words_, largest_text))); }
  Error failure() const {
    return Error(Exit::internal, fmt::format("strace cannot trace the container: {}", words()))
        .hint(
            "let this machine trace (kernel.yama.ptrace_scope below 3; in a container, CAP_SYS_PTRACE and a seccomp "
            "profile that allows ptrace), or run the image without a trace: debone run");
  }

  fs::path words_;
  pid_t pid_ = 0;
};

// In the enclosure, whose first process becomes the parent of the container's: creates it, has strace take hold of it,
// starts it, and waits for its end.
int run_traced(const std::string& strace, const Bundle& bundle, const Relay& relay) {
  FirstProcess first;
  fs::create_symlink(first.name_space(), bundle.pid_namespace());
  const auto pid_file = bundle.folder() / "pid";
  // A signal is the program's: it waits until that is there.
  const auto runc = [&](const std::vector<std::string>& rest) {
    return base::wait_for(base::start(bundle.command(rest), relay.container()));
  };
  const int created = runc({"create", "--bundle", bundle.folder().string(), "--pid-file", pid_file, bundle.id()});
  if (created != 0) return created;
  const auto process = base::read_file(pid_file, largest_text);
  const auto pid = base::parse_decimal(process);
  if (!pid) throw Error(Exit::internal, "runc names no process").at(pid_file.string());
  const Tracer tracer(strace, bundle, process, relay.tracer());
  const int started = runc({"start", bundle.id()});
  if (started != 0) return started;
  const int status = base::wait_in_foreground(static_cast<pid_t>(*pid));
  first.end();
  tracer.wait();
  return status;
}

}  // namespace

std::vector<std::string> mount_points(const Launch& launch) {
  auto points = mounted_paths(launch.container);
  points.insert(points.end(), launch.volumes.begin(), launch.volumes.end());
  return points;
}

Ended trace(Launch launch, const std::function<void(std::string_view bytes)>& on_trace) {
  const auto strace = find_strace();
  launch.joins_pid_namespace = true;
  return in_bundle(std::move(launch), [&](const Bundle& bundle, const std::optional<IdMaps>& id_maps) {
    Relay relay;
    const int status = in_enclosure(
        id_maps, Terminal::own_session, [&] { return run_traced(strace, bundle, relay); },
        [&] { relay.copy(on_trace); }, [&] { relay.keep_far_ends(); });
    return status == 0 ? 0 : bundle.failure_of_runc().value_or(status);
  });
}

}  // namespace debone::run
