#include "stack/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace debone::stack {

using base::Error;
using base::Exit;

MappedFile::MappedFile(const std::filesystem::path& path) {
  const auto fail = [&] {
    return Error(Exit::usage, base::system_error("read", path, errno).message()).at(path.string());
  };
  const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) throw fail();
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) throw fail();
  if (!S_ISREG(status.st_mode)) throw Error(Exit::usage, "not a plain file").at(path.string());
  if (status.st_size == 0) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (begin == MAP_FAILED) throw fail();
  bytes_ = {static_cast<const char*>(begin), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace debone::stack
