#include "run/launch.h"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <filesystem>

#include "base/error.h"
#include "base/process.h"
#include "run/id_maps.h"
#include "run/process.h"
#include "run/program.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

// While it lives a signal that would end this process is only noted, so that what lies on the disk can be removed
// first; then the process ends by it after all.
class SignalsNoted {
 public:
  SignalsNoted() {
    noted_ = 0;
    struct sigaction action{};
    action.sa_handler = [](int number) { noted_ = number; };
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      ::sigaction(numbers[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers[i], &action, nullptr);
    }
  }
  SignalsNoted(const SignalsNoted&) = delete;
  SignalsNoted& operator=(const SignalsNoted&) = delete;
  ~SignalsNoted() {
    for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &before_[i], nullptr);
    if (noted_ != 0) ::raise(noted_);
  }
  bool any() const { return noted_ != 0; }

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGQUIT, SIGHUP};
  static inline volatile sig_atomic_t noted_ = 0;
  std::array<struct sigaction, numbers.size()> before_{};
};

std::string find_runc() {
  // Debian's stands in /usr/sbin, which is not in everybody's PATH.
  for (const auto* name : {"runc", "/usr/local/sbin/runc", "/usr/sbin/runc", "/sbin/runc"}) {
    if (auto found = base::find_program(name)) return *found;
  }
  throw Error(Exit::internal, "runc is not installed, and it runs the containers")
      .hint("apt-get install runc, or build with --to docker and load the image into an engine");
}

// The image's volumes and the working directory exist in a container, as in docker.
base::RelPath make_directory(tree::Tree& tree, const std::string& absolute) {
  const auto path = base::RelPath::parse_absolute(absolute);
  if (!path) throw Error(Exit::usage, fmt::format("'{}' is not an absolute path", absolute));
  const auto where = tree.resolve(*path, true);
  if (tree.find(where) == nullptr) tree.put_directory(where, 0755, 0, "run");
  return where;
}

// The user must have an id in the container's namespace.
void check_user(const tree::User& user, const std::optional<IdMaps>& maps) {
  if (!maps || (maps->has_user(user.uid) && maps->has_group(user.gid))) return;
  throw Error(Exit::internal, fmt::format("the image runs as {}:{}, and without root there is no such id to run it as",
                                          user.uid, user.gid))
      .hint(
          "run debone as root, pass --user 0, or install uidmap and give yourself ids in /etc/subuid and /etc/subgid");
}

}  // namespace

Launch prepare(const image::Config& config, tree::Tree tree, const Options& options, bool terminal) {
  Launch launch{{}, std::move(tree), config.volumes, false};
  auto& container = launch.container;
  container.id_maps = own_id_maps();
  container.process = process_of(config, options, launch.tree, terminal);
  check_user(container.process.user, container.id_maps);
  container.read_only = options.read_only;
  container.tmpfs = options.tmpfs;
  // runc before 1.2 gives a tmpfs the mode of the directory below it, whatever its options say.
  for (const auto& path : options.tmpfs) launch.tree.at(make_directory(launch.tree, path)).mode = 01777;
  make_directory(launch.tree, container.process.work_dir);
  for (const auto& volume : launch.volumes) make_directory(launch.tree, volume);
  for (const auto* file : {"/etc/resolv.conf", "/etc/hosts"}) {
    std::error_code error;
    if (fs::is_regular_file(file, error)) container.shared.emplace_back(file);
  }
  return launch;
}

Ended in_bundle(Launch launch, const std::function<int(Bundle&, const std::optional<IdMaps>&)>& fn) {
  if (auto why_not = why_not_executable(launch.container.process, launch.tree)) return *why_not;
  const SignalsNoted signals;
  const auto id_maps = launch.container.id_maps;
  Bundle bundle(find_runc(), id_maps);
  for (const auto& volume : launch.volumes) {
    const auto where = make_directory(launch.tree, volume);
    // What is declared a volume stays writable; its files are the image's own.
    if (launch.container.read_only && !where.is_root())
      launch.container.folders.emplace_back(bundle.root() / where.str(), volume);
  }
  if (launch.joins_pid_namespace) launch.container.pid_namespace = bundle.pid_namespace();
  bundle.unpack(launch.tree);
  bundle.write_spec(spec_text(launch.container));
  launch = {};  // its memory is not needed while the container runs
  if (signals.any()) return {runtime_failed};
  return {fn(bundle, id_maps)};
}

}  // namespace debone::run
