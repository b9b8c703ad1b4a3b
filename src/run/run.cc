#include "run/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "image/json.h"
#include "image/new_folder.h"
#include "image/unpack.h"
#include "run/id_maps.h"
#include "run/process.h"
#include "run/spec.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

// docker's: https://docs.docker.com/engine/containers/run/#exit-status
constexpr int runtime_failed = 125;
constexpr int not_executable = 126;
constexpr int not_found = 127;

constexpr std::size_t largest_log = 1U << 20U;

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

// A bundle of runc's in a temporary folder, removed with the container at the end of its scope.
class Bundle {
 public:
  Bundle(std::string runc, const std::optional<IdMaps>& id_maps)
      : runc_(std::move(runc)), id_maps_(id_maps), folder_("debone-run") {}
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle() {
    try {
      if (started_) base::run_and_capture(command({"delete", "--force", id()}), largest_log);
      if (maps_files()) as_root_of_namespace(*id_maps_, [&] { image::remove_with_force(root()); });
    } catch (const Error&) {  // a destructor has nobody to tell; the folder is tried below
    }
    image::remove_with_force(folder_.path());
  }

  fs::path root() const { return folder_.path() / "rootfs"; }

  void unpack(const tree::Tree& tree) {
    base::make_directories(root());
    if (maps_files()) {
      as_root_of_namespace(*id_maps_, [&] { image::unpack(root(), tree); });
    } else {
      image::unpack(root(), tree);
    }
  }

  int run(const std::string& spec) {
    base::write_file_atomically(folder_.path() / "config.json", spec);
    started_ = true;
    const int status = base::run_in_foreground(command({"run", "--bundle", folder_.path().string(), id()}));
    return status == 0 ? 0 : failure_of_runc().value_or(status);
  }

 private:
  bool maps_files() const { return id_maps_ && !id_maps_->only_own(); }
  std::string id() const { return folder_.path().filename().string(); }
  fs::path log() const { return folder_.path() / "runc.log"; }

  std::vector<std::string> command(std::vector<std::string> rest) const {
    std::vector<std::string> argv{
        runc_, "--root", (folder_.path() / "state").string(), "--log", log().string(), "--log-format", "json"};
    argv.insert(argv.end(), rest.begin(), rest.end());
    return argv;
  }

  // What the status is where runc itself failed (it has told why), judged by its log as docker does.
  std::optional<int> failure_of_runc() const {
    std::error_code error;
    if (!fs::exists(log(), error)) return std::nullopt;
    const auto text = base::read_file(log(), largest_log);
    std::optional<int> status;
    for (const auto line : base::lines(text)) {
      if (line.empty()) continue;
      const auto entry = image::JsonObject::parse(line, log().string());
      if (entry.text("level") != "error") continue;
      const auto message = entry.text("msg");
      const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
      status = runtime_failed;
      if (says("executable file not found") || says("no such file or directory")) status = not_found;
      if (says("permission denied") || says("is a directory")) status = not_executable;
    }
    return status;
  }

  std::string runc_;
  const std::optional<IdMaps>& id_maps_;
  base::TempDir folder_;
  bool started_ = false;
};

// The image's volumes and the working directory exist in a container, as in docker.
base::RelPath make_directory(tree::Tree& tree, const std::string& absolute) {
  const auto path = base::RelPath::parse_absolute(absolute);
  if (!path) throw Error(Exit::usage, fmt::format("'{}' is not an absolute path", absolute));
  const auto where = tree.resolve(*path, true);
  if (tree.find(where) == nullptr) tree.put_directory(where, 0755, 0, "run");
  return where;
}

// The user must have an id in the container's namespace.
void check_user(const User& user, const std::optional<IdMaps>& maps) {
  if (!maps || (maps->has_user(user.uid) && maps->has_group(user.gid))) return;
  throw Error(Exit::internal, fmt::format("the image runs as {}:{}, and without root there is no such id to run it as",
                                          user.uid, user.gid))
      .hint(
          "run debone as root, pass --user 0, or install uidmap and give yourself ids in /etc/subuid and /etc/subgid");
}

}  // namespace

int run(const image::StoredImage& image, const Options& options) {
  const auto runc = find_runc();
  const auto id_maps = own_id_maps();
  auto tree = image::file_system(image);

  Container container;
  container.id_maps = id_maps;
  container.process = process_of(image.config(), options, tree, ::isatty(0) == 1 && ::isatty(1) == 1);
  check_user(container.process.user, id_maps);
  container.read_only = options.read_only;
  container.tmpfs = options.tmpfs;
  // runc before 1.2 gives a tmpfs the mode of the directory below it, whatever its options say.
  for (const auto& path : options.tmpfs) tree.at(make_directory(tree, path)).mode = 01777;
  make_directory(tree, container.process.work_dir);
  for (const auto* file : {"/etc/resolv.conf", "/etc/hosts"}) {
    std::error_code error;
    if (fs::is_regular_file(file, error)) container.shared.emplace_back(file);
  }

  const SignalsNoted signals;
  Bundle bundle(runc, id_maps);
  for (const auto& volume : image.config().volumes) {
    const auto where = make_directory(tree, volume);
    // What is declared a volume stays writable; its files are the image's own.
    if (options.read_only && !where.is_root()) container.folders.emplace_back(bundle.root() / where.str(), volume);
  }
  bundle.unpack(tree);
  tree = {};  // its memory is not needed while the container runs
  if (signals.any()) return runtime_failed;
  return bundle.run(spec_text(container));
}

}  // namespace debone::run
