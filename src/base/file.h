// Files on this machine's disk: bounded reading, atomic writing, temporary folders, locks.
// A writer here leaves either the whole new file or the old one, whenever it is killed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace debone::base {

// An open file descriptor, closed at the end of its scope.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The error for a failed system call on `path`: "cannot WHAT: No such file or directory"
// with errno's text; a full disk gets a hint of its own.
Error system_error(std::string_view doing, const std::filesystem::path& path, int error_number);

// The whole file; throws Error (usage) where it cannot be read or holds more than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit);

// Writes every byte or throws.
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

// A file in the target's folder that takes the target's name, and place, by commit(); without commit() it vanishes.
// Until then it has no name where the file system can do so (open(2), O_TMPFILE), so that a kill leaves nothing, else a
// temporary one.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target, unsigned mode = 0666);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();
  void write(std::string_view bytes);
  void commit();

 private:
  bool take_place();  // false: it has a temporary name now

  std::filesystem::path target_;
  std::filesystem::path temporary_;  // or empty
  Fd fd_;
};

void write_file_atomically(const std::filesystem::path& target, std::string_view bytes);

// A new folder (mode 0700) below `parent`, removed with all it holds at the end of its scope.
class TempDir {
 public:
  // Without a parent: TMPDIR, or /tmp.
  explicit TempDir(std::string_view prefix, std::filesystem::path parent = {});
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }
  // The folder stays; the caller renames or removes it.
  std::filesystem::path keep() { return std::exchange(path_, {}); }

 private:
  std::filesystem::path path_;
};

// Holds an advisory lock (flock) on a file, made where it is missing, until the end of its
// scope; waits for another process that holds it.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path);

 private:
  Fd fd_;
};

// An open folder that is locked (flock) until the end of its scope, or none where it is gone or, not waiting, where
// another process holds it. Processes forked from this one hold it too, as long as any of them lives.
Fd lock_folder(const std::filesystem::path& folder, bool wait);

void make_directories(const std::filesystem::path& path);

}  // namespace debone::base
