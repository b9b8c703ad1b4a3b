#include "store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace debone::store {
namespace {

namespace fs = std::filesystem;
using base::Digest;
using base::Error;
using base::Exit;
using base::Fd;

constexpr auto tmp_lifetime = std::chrono::hours(1);
constexpr auto partial_lifetime = std::chrono::hours(24 * 7);
constexpr std::uint64_t record_limit = 1024U << 20U;

// Whether `fd` is still the file that `path` names: the process that held its lock before may have moved it away.
bool is_file_at(const Fd& fd, const fs::path& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(fd.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

// What stands at `path` if it has exactly `size` bytes and `is_whole` says so of them. Anything else there is damaged:
// it is removed, and reported as absent. What cannot be read is an error: silence would have it fetched again and
// again.
template <typename IsWhole>
std::optional<std::string> read_or_remove(const fs::path& path, std::optional<std::uint64_t> size, IsWhole&& is_whole) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) {
    if (errno == ENOENT) return std::nullopt;
    throw base::system_error("read", path, errno);
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) throw base::system_error("read", path, errno);
  const auto length = static_cast<std::uint64_t>(status.st_size);
  if (S_ISREG(status.st_mode) && (size ? length == *size : length <= record_limit)) {
    std::string bytes;
    int failure = 0;
    // Not filled with zeroes first: an index of 57 MB is read in each run.
    bytes.resize_and_overwrite(static_cast<std::size_t>(length), [&](char* to, std::size_t room) {
      std::size_t had = 0;
      while (had < room) {
        const auto got = ::read(fd.get(), to + had, room - had);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) failure = errno;
        if (got <= 0) break;
        had += static_cast<std::size_t>(got);
      }
      return had;
    });
    if (failure != 0) throw base::system_error("read", path, failure);
    if (bytes.size() == length && is_whole(bytes)) return bytes;
  }
  if (is_file_at(fd, path)) ::unlink(path.c_str());  // and not the good one that another process just put there
  return std::nullopt;
}

bool try_lock(const Fd& fd, const fs::path& path) {
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw base::system_error("lock", path, errno);
  }
  return true;
}

// Removes what is older than `lifetime` and locked by nobody. Never an error: it is only tidying.
void sweep(const fs::path& folder, std::chrono::hours lifetime) {
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // another process sweeps too
    const auto written = fs::last_write_time(it->path(), gone);
    if (gone || now - written < lifetime) continue;
    const Fd fd(::open(it->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && is_file_at(fd, it->path())) ::unlink(it->path().c_str());
  }
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

Partial::Partial(fs::path file, fs::path target, Fd fd, std::uint64_t size)
    : file_(std::move(file)), target_(std::move(target)), fd_(std::move(fd)), size_(size) {}

Partial::~Partial() {
  if (fd_ && size_ == 0) ::unlink(file_.c_str());
}

void Partial::append(std::string_view bytes) {
  try {
    base::write_all(fd_.get(), bytes, file_);
  } catch (const Error&) {
    restart();
    throw;
  }
  size_ += bytes.size();
}

void Partial::restart() {
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) {
    throw base::system_error("write", file_, errno);
  }
  size_ = 0;
}

void Partial::commit(const Digest& expected, std::uint64_t size) {
  base::Sha256 hasher;
  std::string buffer(1U << 18U, '\0');
  std::uint64_t offset = 0;
  for (;;) {
    const auto got = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::system_error("read", file_, errno);
    if (got == 0) break;
    hasher.update({buffer.data(), static_cast<std::size_t>(got)});
    offset += static_cast<std::uint64_t>(got);
  }
  const auto actual = hasher.finish();
  if (offset != size) {
    restart();
    throw Error(Exit::trust, fmt::format("expected {} bytes, got {}", size, offset));
  }
  if (actual != expected) {
    restart();
    throw Error(Exit::trust, fmt::format("expected SHA-256 {}, got {}", expected.hex(), actual.hex()));
  }
  base::make_directories(target_.parent_path());
  if (::rename(file_.c_str(), target_.c_str()) != 0) throw base::system_error("write", target_, errno);
  fd_ = Fd();
}

Store::Store(fs::path root) : root_(std::move(root)) {
  try {
    for (const char* folder : {"blobs/sha256", "partial", "records", "tmp"}) base::make_directories(root_ / folder);
    if (::access((root_ / "tmp").c_str(), W_OK | X_OK) != 0) throw base::system_error("write", root_, errno);
  } catch (const Error& error) {
    throw Error(error.code(), error.message())
        .at(error.place())
        .hint(error.hint_text().empty() ? "debone keeps what it fetches there; DEBONE_STORE names another folder"
                                        : error.hint_text());
  }
  sweep(root_ / "tmp", tmp_lifetime);
  sweep(root_ / "partial", partial_lifetime);
}

fs::path Store::default_root() {
  if (const auto named = environment("DEBONE_STORE")) return fs::absolute(*named);
  if (const auto cache = environment("XDG_CACHE_HOME"); cache && cache->starts_with('/')) {
    return fs::path(*cache) / "debone";
  }
  if (const auto home = environment("HOME"); home && home->starts_with('/')) {
    return fs::path(*home) / ".cache" / "debone";
  }
  throw Error(Exit::usage, "no folder to keep what is fetched: neither HOME nor XDG_CACHE_HOME is set")
      .hint("set DEBONE_STORE to a folder");
}

fs::path Store::blob_path(const Digest& digest) const {
  const auto hex = digest.hex();
  return root_ / "blobs" / "sha256" / hex.substr(0, 2) / hex;
}

bool Store::has(const Digest& digest, std::uint64_t size) const {
  struct stat status{};
  return ::lstat(blob_path(digest).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         static_cast<std::uint64_t>(status.st_size) == size;
}

std::optional<std::string> Store::read(const Digest& digest, std::uint64_t size) const {
  return read_or_remove(blob_path(digest), size, [&](const std::string& bytes) { return Digest::of(bytes) == digest; });
}

void Store::write(const Digest& digest, std::string_view bytes) { write_whole(blob_path(digest), bytes, {}); }

std::optional<Partial> Store::partial(const Digest& digest) {
  const auto path = root_ / "partial" / digest.hex();
  for (;;) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!fd) throw base::system_error("write", path, errno);
    if (!try_lock(fd, path)) return std::nullopt;
    if (!is_file_at(fd, path)) continue;  // it was finished, or given up, between open and lock
    const auto end = ::lseek(fd.get(), 0, SEEK_END);
    if (end < 0) throw base::system_error("write", path, errno);
    return Partial(path, blob_path(digest), std::move(fd), static_cast<std::uint64_t>(end));
  }
}

fs::path Store::record_path(std::string_view kind, std::string_view key) const {
  return root_ / "records" / kind / Digest::of(key).hex();
}

// A record is its bytes and the hex of their SHA-256: at the end, where it can be cut off without moving the others.
std::optional<std::string> Store::read_record(std::string_view kind, std::string_view key) const {
  constexpr std::size_t tail = 2 * Digest::size;
  auto text = read_or_remove(record_path(kind, key), std::nullopt, [](const std::string& bytes) {
    return bytes.size() >= tail &&
           bytes.ends_with(Digest::of(std::string_view(bytes).substr(0, bytes.size() - tail)).hex());
  });
  if (text) text->resize(text->size() - tail);
  return text;
}

void Store::write_record(std::string_view kind, std::string_view key, std::string_view bytes) {
  write_whole(record_path(kind, key), bytes, Digest::of(bytes).hex());
}

void Store::write_whole(const fs::path& target, std::string_view bytes, std::string_view tail) {
  base::make_directories(target.parent_path());
  // A random name: process ids repeat where containers share a store.
  std::string name(16, '\0');
  if (::getrandom(name.data(), name.size(), 0) != static_cast<ssize_t>(name.size())) {
    throw base::system_error("write", target, errno);
  }
  const auto temporary = root_ / "tmp" / base::to_hex(name);
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd) throw base::system_error("write", target, errno);
  try {
    base::write_all(fd.get(), bytes, target);
    base::write_all(fd.get(), tail, target);
    if (::close(fd.release()) != 0) throw base::system_error("write", target, errno);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw base::system_error("write", target, errno);
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace debone::store
