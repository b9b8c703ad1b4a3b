#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace debone::base {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error system_error(std::string_view doing, const std::filesystem::path& path, int error_number) {
  char buffer[256];
  const std::string reason = ::strerror_r(error_number, buffer, sizeof buffer);
  auto error = Error(Exit::internal, fmt::format("cannot {}: {}", doing, reason)).at(path.string());
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return std::move(error).hint("make room on that disk and run the command again; nothing half-written was kept");
  }
  return error;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const auto fail = [&](std::string_view doing, int number) -> Error {
    auto error = system_error(doing, path, number);
    return Error(Exit::usage, error.message()).at(path.string());
  };
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw fail("open", errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) throw fail("read", errno);
  if (S_ISDIR(status.st_mode)) throw fail("read", EISDIR);
  const auto too_large = [&] {
    return Error(Exit::usage, fmt::format("larger than the {} bytes allowed here", limit)).at(path.string());
  };
  std::string bytes;
  if (S_ISREG(status.st_mode)) {
    if (static_cast<std::uint64_t>(status.st_size) > limit) throw too_large();
    bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  constexpr std::size_t step = 1U << 18U;
  for (;;) {
    const auto had = bytes.size();
    const auto room = bytes.capacity() > had ? bytes.capacity() - had : step;
    ssize_t got = 0;
    int failed = 0;
    bytes.resize_and_overwrite(had + room, [&](char* begin, std::size_t) {
      got = ::read(fd.get(), begin + had, room);
      failed = got < 0 ? errno : 0;
      return had + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    });
    if (failed != 0 && failed != EINTR) throw fail("read", failed);
    if (bytes.size() > limit) throw too_large();
    if (got == 0) return bytes;
  }
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw system_error("write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

namespace {

// A name beside the target; another each time. One may be taken where an earlier process of the same id was killed, as
// happens daily in containers.
std::filesystem::path temporary_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() /
         fmt::format(".{}.{}.{}.tmp", target.filename().string(), ::getpid(), counter.fetch_add(1));
}

// Gives a file that was opened without a name one, see O_TMPFILE in open(2). False with errno where that cannot be.
bool give_name(const Fd& fd, const std::filesystem::path& name) {
  const auto opened = fmt::format("/proc/self/fd/{}", fd.get());
  return ::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

// A file without a name in the folder, which vanishes with this process; nothing where the file system has none.
Fd open_nameless(const std::filesystem::path& folder, unsigned mode) {
  Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
  if (fd && ::access(fmt::format("/proc/self/fd/{}", fd.get()).c_str(), F_OK) != 0) fd = Fd();
  return fd;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path target, unsigned mode)
    : target_(std::move(target)), fd_(open_nameless(target_.parent_path(), mode)) {
  if (fd_) return;
  do {
    temporary_ = temporary_name(target_);
    fd_ = Fd(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  } while (!fd_ && errno == EEXIST);
  if (!fd_) {
    temporary_.clear();
    throw system_error("write", target_, errno);
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) { write_all(fd_.get(), bytes, target_); }

bool AtomicFile::take_place() {
  if (give_name(fd_, target_)) return true;
  while (errno == EEXIST) {  // a link replaces nothing, a rename does
    auto name = temporary_name(target_);
    if (!give_name(fd_, name)) continue;
    temporary_ = std::move(name);
    return false;
  }
  throw system_error("write", target_, errno);
}

void AtomicFile::commit() {
  const bool is_in_place = temporary_.empty() && take_place();
  if (::close(fd_.release()) != 0) throw system_error("write", target_, errno);
  if (is_in_place) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw system_error("write", target_, errno);
  temporary_.clear();
}

void write_file_atomically(const std::filesystem::path& target, std::string_view bytes) {
  AtomicFile file(target);
  file.write(bytes);
  file.commit();
}

TempDir::TempDir(std::string_view prefix, std::filesystem::path parent) {
  if (parent.empty()) {
    const char* named = std::getenv("TMPDIR");
    parent = named != nullptr && *named != '\0' ? named : "/tmp";
  }
  auto pattern = (parent / fmt::format("{}.XXXXXX", prefix)).string();
  if (::mkdtemp(pattern.data()) == nullptr) throw system_error("make a folder", parent, errno);
  path_ = pattern;
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has nobody to tell
  std::filesystem::remove_all(path_, ignored);
}

FileLock::FileLock(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (!fd_) throw system_error("lock", path, errno);
  while (::flock(fd_.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw system_error("lock", path, errno);
  }
}

Fd lock_folder(const std::filesystem::path& folder, bool wait) {
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return {};
  while (::flock(fd.get(), LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
    if (errno != EINTR) return {};
  }
  // Who held it before may have removed it.
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || status.st_nlink == 0) return {};
  return fd;
}

void make_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw system_error("make a folder", path, error.value());
}

}  // namespace debone::base
