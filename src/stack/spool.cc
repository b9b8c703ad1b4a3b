#include "stack/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace debone::stack {

Spool::Spool(const std::filesystem::path& folder) : folder_(folder) {
  auto name = (folder / ".debone-backup.XXXXXX").string();
  fd_ = base::Fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd_) throw base::system_error("write", folder, errno);
  ::unlink(name.c_str());
}

std::uint64_t Spool::size() const {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) throw base::system_error("read", folder_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

base::Digest Spool::sha256() const {
  base::Sha256 sum;
  read([&](std::string_view bytes) { sum.update(bytes); });
  return sum.finish();
}

void Spool::read(const std::function<void(std::string_view)>& take) const {
  std::string buffer(std::size_t{1} << 18U, '\0');
  for (off_t at = 0;;) {
    const auto got = ::pread(fd_.get(), buffer.data(), buffer.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::system_error("read", folder_, errno);
    if (got == 0) return;
    take(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
    at += got;
  }
}

}  // namespace debone::stack
