#include "init/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

Failure cannot(std::string_view what, const std::string& path, int error) {
  return Failure{cat("cannot ", what, " ", path, ": ", reason_of(error))};
}

// Calls `take` with the file's bytes, piece by piece.
template <typename Take>
void read_pieces(const std::string& path, Take take) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw cannot("read", path, errno);
  std::array<char, 65536> buffer;
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw cannot("read", path, errno);
    if (got == 0) return;
    take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

std::string read_file(const std::string& path, std::size_t limit) {
  std::string content;
  read_pieces(path, [&](std::string_view piece) {
    if (piece.size() > limit - content.size()) throw Failure{cat("cannot read ", path, ": over ", limit, " bytes")};
    content += piece;
  });
  return content;
}

void append_file(const std::string& path, int fd) {
  read_pieces(path, [&](std::string_view piece) { write_all(fd, piece, "standard input"); });
}

void write_all(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw cannot("write", name, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_file(const std::string& path, std::string_view content, mode_t mode, uid_t uid, gid_t gid) {
  const auto slash = path.rfind('/') + 1;
  auto temporary = cat(path.substr(0, slash), ".", path.substr(slash), ".XXXXXX");
  const Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) throw cannot("write", path, errno);
  try {
    write_all(file.get(), content, path);
    // The owner first: chown takes set-id bits away.
    if (::fchown(file.get(), uid, gid) != 0) throw cannot("give an owner to", path, errno);
    if (::fchmod(file.get(), mode) != 0) throw cannot("give a mode to", path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw cannot("write", path, errno);
  } catch (const Failure&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace debone::init
