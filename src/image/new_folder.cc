#include "image/new_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include "base/error.h"

namespace debone::image {
namespace {

namespace fs = std::filesystem;

// The target without "..", links, and a trailing slash, so that its sibling is in the same folder as itself.
fs::path settle(const fs::path& target) {
  std::error_code error;
  auto path = fs::weakly_canonical(fs::absolute(target), error);
  if (error) throw base::system_error("write", target, error.value());
  if (!path.has_filename()) path = path.parent_path();
  return path;
}

std::string sibling_prefix(const fs::path& target) { return fmt::format(".{}.debone-", target.filename().string()); }

// What a killed process left beside the target: nobody holds its lock any more.
void remove_leftovers(const fs::path& target) {
  std::error_code ignored;  // a folder that cannot be read tells so when it is written
  for (fs::directory_iterator entry(target.parent_path(), ignored), end; entry != end; entry.increment(ignored)) {
    if (ignored) return;
    if (!entry->path().filename().string().starts_with(sibling_prefix(target))) continue;
    const auto lock = base::lock_folder(entry->path(), false);
    if (lock) remove_with_force(entry->path());
  }
}

}  // namespace

NewFolder::NewFolder(const fs::path& target) : target_(settle(target)) {
  static std::atomic<unsigned> counter{0};
  base::make_directories(target_.parent_path());
  remove_leftovers(target_);
  for (;;) {
    temporary_ = target_.parent_path() / fmt::format("{}{}-{}", sibling_prefix(target_), ::getpid(), counter++);
    if (::mkdir(temporary_.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      const int error = errno;
      temporary_.clear();
      throw base::system_error("write", target_, error);
    }
    lock_ = base::lock_folder(temporary_, true);
    if (lock_) return;  // otherwise another process took it for a leftover before it was locked
  }
}

NewFolder::~NewFolder() {
  if (!temporary_.empty()) remove_with_force(temporary_);
}

void NewFolder::put_in_place() {
  const auto fail = [&](int number) -> base::Error {
    auto error = base::system_error("write", target_, number);
    if (number != EBUSY && number != EXDEV) return error;
    return std::move(error).hint("it is a mount point, which cannot be replaced: name a folder inside it");
  };
  if (::rename(temporary_.c_str(), target_.c_str()) == 0) {
    temporary_.clear();
    return;
  }
  if (errno != ENOTEMPTY && errno != EEXIST) throw fail(errno);
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw fail(errno);
  // A file system without exchange: for a moment nothing stands at the target.
  const fs::path old = temporary_.string() + ".old";
  if (::rename(target_.c_str(), old.c_str()) != 0) throw fail(errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    ::rename(old.c_str(), target_.c_str());
    throw fail(error);
  }
  temporary_ = old;
}

bool is_absent_or_empty(const fs::path& target) {
  std::error_code error;
  const auto status = fs::status(target, error);
  if (!fs::exists(status)) return true;
  if (!fs::is_directory(status)) {
    throw base::Error(base::Exit::usage, "cannot write a folder here: a file has this name")
        .at(target.string())
        .hint("name another folder, or remove the file");
  }
  const bool empty = fs::is_empty(target, error);
  if (error) throw base::system_error("read", target, error.value());
  return empty;
}

void require_writable_parent(const fs::path& target) {
  auto parent = settle(target).parent_path();
  std::error_code ignored;
  while (!fs::exists(parent, ignored) && parent.has_relative_path()) parent = parent.parent_path();
  if (::access(parent.c_str(), W_OK | X_OK) != 0) throw base::system_error("write", target, errno);
}

void remove_with_force(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) return;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, error);
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_symlink(error) || !entry->is_directory(error)) continue;
    fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, error);
  }
  fs::remove_all(folder, error);
}

}  // namespace debone::image
