#include "run/bundle.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "image/json.h"
#include "image/new_folder.h"
#include "image/unpack.h"
#include "run/run.h"

namespace debone::run {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_prefix = "debone-bundle";
constexpr std::size_t largest_log = 1U << 20U;

bool maps_files(const std::optional<IdMaps>& id_maps) { return id_maps && !id_maps->only_own(); }

std::vector<std::string> runc_command(const std::string& runc, const fs::path& folder,
                                      const std::vector<std::string>& rest) {
  std::vector<std::string> argv{
      runc, "--root", (folder / "state").string(), "--log", (folder / "runc.log").string(), "--log-format", "json"};
  argv.insert(argv.end(), rest.begin(), rest.end());
  return argv;
}

// runc makes a container's cgroups before it writes down that it did: killed in between, it leaves them without a
// trace. Only empty ones can be removed.
void remove_cgroups(const fs::path& below, const std::string& id) {
  std::error_code gone;  // others make and remove cgroups meanwhile
  for (fs::directory_iterator entry(below, gone), end; !gone && entry != end; entry.increment(gone)) {
    std::error_code error;
    if (entry->is_symlink(error) || !entry->is_directory(error)) continue;
    remove_cgroups(entry->path(), id);
    if (entry->path().filename() == id) ::rmdir(entry->path().c_str());
  }
}

// What runc knows of the container (its cgroups), then the files.
void remove_bundle(const std::string& runc, const std::optional<IdMaps>& id_maps, const fs::path& folder) {
  std::error_code error;
  try {
    const auto id = folder.filename().string();
    if (fs::exists(folder / "state" / id / "state.json", error)) {
      base::run_and_capture(runc_command(runc, folder, {"delete", "--force", id}), largest_log);
    } else if (fs::exists(folder / "state", error)) {
      remove_cgroups("/sys/fs/cgroup", id);
    }
    if (maps_files(id_maps)) as_root_of_namespace(*id_maps, [&] { image::remove_with_force(folder / "rootfs"); });
  } catch (const base::Error&) {  // the folder is tried all the same
  }
  image::remove_with_force(folder);
}

bool is_own(const base::Fd& folder) {
  struct stat status{};
  return ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid();
}

void remove_leftovers(const std::string& runc, const std::optional<IdMaps>& id_maps, const fs::path& among) {
  std::error_code ignored;  // a folder that cannot be read tells so when it is written
  for (fs::directory_iterator entry(among, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(fmt::format("{}.", folder_prefix))) continue;
    const auto lock = base::lock_folder(entry->path(), false);
    if (lock && is_own(lock)) remove_bundle(runc, id_maps, entry->path());
  }
}

}  // namespace

Bundle::Bundle(std::string runc, const std::optional<IdMaps>& id_maps) : runc_(std::move(runc)), id_maps_(id_maps) {
  // Another may take a new folder for a leftover before it is locked.
  do {
    folder_.emplace(folder_prefix);
    lock_ = base::lock_folder(folder(), true);
  } while (!lock_);
  remove_leftovers(runc_, id_maps_, folder().parent_path());
}

Bundle::~Bundle() { remove_bundle(runc_, id_maps_, folder()); }

void Bundle::unpack(const tree::Tree& tree) {
  base::make_directories(root());
  if (maps_files(id_maps_)) {
    as_root_of_namespace(*id_maps_, [&] { image::unpack(root(), tree); });
  } else {
    image::unpack(root(), tree);
  }
}

void Bundle::write_spec(const std::string& text) { base::write_file_atomically(folder() / "config.json", text); }

std::vector<std::string> Bundle::command(const std::vector<std::string>& rest) const {
  return runc_command(runc_, folder(), rest);
}

std::optional<int> Bundle::failure_of_runc() const {
  const auto log = folder() / "runc.log";
  std::error_code error;
  if (!fs::exists(log, error)) return std::nullopt;
  const auto text = base::read_file(log, largest_log);
  std::optional<int> status;
  for (const auto line : base::lines(text)) {
    if (line.empty()) continue;
    const auto entry = image::JsonObject::parse(line, log.string());
    if (entry.text("level") != "error") continue;
    const auto message = entry.text("msg");
    const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
    status = runtime_failed;
    if (says("executable file not found") || says("no such file or directory")) status = not_found;
    if (says("permission denied") || says("is a directory") || says("exec format error")) status = not_executable;
  }
  return status;
}

}  // namespace debone::run
