// Bytes on their way to where their number must be known before them: in a file without a name, which is gone with the
// process, however that ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"

namespace debone::stack {

class Spool {
 public:
  // In `folder`, readable by nobody else.
  explicit Spool(const std::filesystem::path& folder);

  int fd() const { return fd_.get(); }  // to be written to
  std::uint64_t size() const;
  base::Digest sha256() const;
  // All of it from its beginning, in pieces.
  void read(const std::function<void(std::string_view)>& take) const;

 private:
  base::Fd fd_;
  std::filesystem::path folder_;
};

}  // namespace debone::stack
