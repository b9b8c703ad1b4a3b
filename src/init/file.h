// Files: read whole within a limit, written under another name and renamed. Errors are Failures that name the path.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace debone::init {

// Owns a file descriptor, or none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

std::string read_file(const std::string& path, std::size_t limit);

// The file at `path` appended to what `fd` holds.
void append_file(const std::string& path, int fd);

// Writes all of it, or throws; `name` is how errors call `fd`.
void write_all(int fd, std::string_view content, const std::string& name);

// `path` is afterwards a new file with this content, owner (-1: as it is) and mode, or what it was.
void write_file(const std::string& path, std::string_view content, mode_t mode, uid_t uid, gid_t gid);

bool exists(const std::string& path);

}  // namespace debone::init
