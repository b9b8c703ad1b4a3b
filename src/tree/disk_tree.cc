#include "tree/disk_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "tree/ignore.h"
#include "tree/secrets.h"

namespace debone::tree {
namespace {

using base::Error;
using base::Exit;
using base::Fd;
using base::RelPath;

constexpr const char* ignore_name = ".deboneignore";
constexpr std::uint64_t largest_ignore_file = 1U << 20U;

Error refused(const std::filesystem::path& path, std::string_view why) {
  return {Exit::usage, fmt::format("'{}' {}", path.string(), why)};
}

Error unreadable(const std::filesystem::path& path, int error_number) {
  const auto error = base::system_error(fmt::format("read '{}'", path.string()), path, error_number);
  return {Exit::usage, error.message()};
}

struct stat status_of(const Fd& fd, const std::filesystem::path& path) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) throw unreadable(path, errno);
  return status;
}

// All bytes of an open regular file; `left` is what the limit still allows, and is lowered.
std::string bytes_of(const Fd& fd, const struct stat& status, const std::filesystem::path& path, std::uint64_t& left) {
  std::string bytes;
  const auto expected = static_cast<std::uint64_t>(status.st_size);
  if (expected > left) throw refused(path, "is larger than what is left of the bytes allowed");
  // One byte over what is expected shows the end, or a file that grows.
  bytes.resize(static_cast<std::size_t>(expected) + 1);
  std::size_t used = 0;
  for (;;) {
    const auto got = ::read(fd.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(path, errno);
    used += static_cast<std::size_t>(got);
    if (used > expected) throw refused(path, "grew while it was read");
    if (got == 0) break;
  }
  bytes.resize(used);
  left -= used;
  return bytes;
}

Node file_node(std::string bytes, const struct stat& status, std::int64_t mtime, const std::string& origin) {
  Node node;
  node.type = NodeType::file;
  node.mode = (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644;
  node.mtime = mtime;
  node.origin = origin;
  node.content = Content(std::move(bytes));
  return node;
}

std::vector<std::string> names_in(const Fd& folder, const std::filesystem::path& path) {
  // fdopendir takes its descriptor over.
  Fd own(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) throw unreadable(path, errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), ::closedir);
  if (!stream) throw unreadable(path, errno);
  own.release();
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) throw unreadable(path, errno);
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

class Reader {
 public:
  Reader(std::filesystem::path root, std::int64_t mtime, const std::string& origin, const DiskLimits& limits)
      : root_(std::move(root)), mtime_(mtime), origin_(origin), bytes_left_(limits.bytes), limits_(limits) {}

  DiskTree read() {
    const Fd folder(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) throw unreadable(root_, errno);
    read_ignore_file(folder);
    result_.tree.put_directory(RelPath(), 0755, mtime_, origin_);
    read_folder(folder, RelPath());
    for (const auto& [path, node] : result_.tree.nodes()) {
      if (node.type == NodeType::symlink && result_.tree.leaves_root(path)) throw leaves(path, node.link_target);
    }
    return std::move(result_);
  }

 private:
  std::filesystem::path on_disk(const RelPath& path) const { return root_ / path.str(); }

  Error leaves(const RelPath& path, std::string_view target) const {
    return refused(on_disk(path), fmt::format("is a link to '{}', out of the tree", target))
        .hint("an item `type: symlink` makes such a link in the image");
  }

  void read_ignore_file(const Fd& folder) {
    const auto path = root_ / ignore_name;
    const Fd file(::openat(folder.get(), ignore_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) return;
    if (!file) throw unreadable(path, errno);
    const auto status = status_of(file, path);
    if (!S_ISREG(status.st_mode)) throw refused(path, "is no regular file");
    auto left = largest_ignore_file;
    ignore_ = IgnoreRules::parse(bytes_of(file, status, path, left), path.string());
  }

  void read_folder(const Fd& folder, const RelPath& path) {
    for (const auto& name : names_in(folder, on_disk(path))) {
      if (path.is_root() && name == ignore_name) continue;
      const auto component = RelPath::parse(name);
      auto child = component ? RelPath::parse((path / *component).str()) : std::nullopt;
      if (!child) throw refused(on_disk(path) / name, "has too long a path");
      read_entry(folder, name, *child);
    }
  }

  void read_entry(const Fd& folder, const std::string& name, const RelPath& path) {
    struct stat seen{};
    if (::fstatat(folder.get(), name.c_str(), &seen, AT_SYMLINK_NOFOLLOW) != 0) throw unreadable(on_disk(path), errno);
    if (ignore_.ignores(path.str(), S_ISDIR(seen.st_mode))) return;
    if (++entries_ > limits_.entries) {
      throw refused(root_, fmt::format("holds more than the {} files allowed", limits_.entries));
    }
    if (S_ISLNK(seen.st_mode)) {
      read_link(folder, name, path);
      return;
    }
    if (!S_ISREG(seen.st_mode) && !S_ISDIR(seen.st_mode)) throw refused(on_disk(path), "is a socket, device or fifo");
    // What is opened is judged anew: it may be another thing by now.
    const Fd fd(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) throw unreadable(on_disk(path), errno);
    const auto status = status_of(fd, on_disk(path));
    if (S_ISDIR(status.st_mode)) {
      result_.tree.put_directory(path, 0755, mtime_, origin_);
      read_folder(fd, path);
    } else if (S_ISREG(status.st_mode)) {
      auto bytes = bytes_of(fd, status, on_disk(path), bytes_left_);
      if (looks_secret(path.name(), bytes)) result_.secrets.push_back(path);
      result_.tree.put(path, file_node(std::move(bytes), status, mtime_, origin_));
    } else {
      throw refused(on_disk(path), "is a socket, device or fifo");
    }
  }

  void read_link(const Fd& folder, const std::string& name, const RelPath& path) {
    std::array<char, 4096> buffer{};
    const auto length = ::readlinkat(folder.get(), name.c_str(), buffer.data(), buffer.size());
    if (length < 0) throw unreadable(on_disk(path), errno);
    std::string target(buffer.data(), static_cast<std::size_t>(length));
    if (target.size() == buffer.size() || target.starts_with('/') || !base::link_destination(path, target)) {
      throw leaves(path, target);
    }
    result_.tree.put_symlink(path, std::move(target), mtime_, origin_);
  }

  std::filesystem::path root_;
  std::int64_t mtime_;
  std::string origin_;
  std::uint64_t bytes_left_;
  DiskLimits limits_;
  IgnoreRules ignore_;
  std::size_t entries_ = 0;
  DiskTree result_;
};

}  // namespace

DiskTree read_disk_tree(const std::filesystem::path& folder, std::int64_t mtime, const std::string& origin,
                        const DiskLimits& limits) {
  return Reader(folder, mtime, origin, limits).read();
}

Node read_disk_file(const std::filesystem::path& file, std::int64_t mtime, const std::string& origin,
                    const DiskLimits& limits) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) throw unreadable(file, errno);
  const auto status = status_of(fd, file);
  if (!S_ISREG(status.st_mode)) throw refused(file, "is no regular file");
  auto left = limits.bytes;
  return file_node(bytes_of(fd, status, file, left), status, mtime, origin);
}

}  // namespace debone::tree
