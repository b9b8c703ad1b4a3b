// A file's bytes in memory, as the kernel pages them in, so that a file of any size can be looked through. Who shortens
// the file meanwhile ends the process.
#pragma once

#include <filesystem>
#include <string_view>

namespace debone::stack {

class MappedFile {
 public:
  // Throws Error (usage) where it cannot be read or is no regular file.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace debone::stack
