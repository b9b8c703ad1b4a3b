#include "stack/secrets.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"

namespace debone::stack {
namespace {

namespace fs = std::filesystem;

constexpr mode_t secret_mode = 0444;
constexpr mode_t folder_mode = 0700;

// At most 256 bytes, which getrandom gives whole.
std::string random_hex(unsigned bytes) {
  std::string random(bytes, '\0');
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    throw base::Error(base::Exit::internal, "the kernel gives no random bytes");
  return base::to_hex(random);
}

}  // namespace

std::vector<std::string> make_secrets(const fs::path& folder, const std::vector<Secret>& secrets) {
  std::vector<std::string> made;
  for (const auto& secret : secrets) {
    const auto path = folder / secret.file.str();
    if (fs::exists(fs::symlink_status(path))) continue;
    const auto parent = path.parent_path();
    if (!fs::exists(parent)) {
      base::make_directories(parent.parent_path());
      if (::mkdir(parent.c_str(), folder_mode) != 0) throw base::system_error("make a folder", parent, errno);
    }
    base::AtomicFile file(path, secret_mode);
    file.write(random_hex(secret.bytes));
    file.commit();
    if (::chmod(path.c_str(), secret_mode) != 0) throw base::system_error("write", path, errno);  // whatever the umask
    made.push_back(secret.file.str());
  }
  return made;
}

}  // namespace debone::stack
