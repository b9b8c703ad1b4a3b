#include "image/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <ranges>

#include "base/error.h"
#include "base/file.h"

namespace debone::image {
namespace {

constexpr std::uint32_t set_id_bits = 06000;

// EINVAL: an id that the process's user namespace has no number for.
bool lacks_privilege(int error) {
  return error == EPERM || error == EACCES || error == EINVAL || error == ENOTSUP || error == ENOSYS;
}

// No component of a tree's path but the last is a link, and nobody else writes below the folder: names from the root
// are safe.
class Unpacker {
 public:
  Unpacker(std::filesystem::path folder, const tree::Tree& tree)
      : folder_(std::move(folder)), tree_(tree), root_(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (!root_) throw base::system_error("write", folder_, errno);
  }

  Unpacked run() {
    for (const auto& [path, node] : tree_.nodes()) {
      switch (node.type) {
        case tree::NodeType::directory: make_directory(path); break;
        case tree::NodeType::symlink: make_symlink(path, node); break;
        case tree::NodeType::file: make_file(path, node); break;
      }
    }
    // Last, since a folder may forbid its owner to write in it, and writing in it changes its time.
    for (const auto& [path, node] : tree_.nodes() | std::views::reverse) {
      if (node.type == tree::NodeType::directory) set_all(path, node);
    }
    return unpacked_;
  }

 private:
  static const char* name(const base::RelPath& path) { return path.is_root() ? "." : path.str().c_str(); }
  [[noreturn]] void fail(const base::RelPath& path) const {
    throw base::system_error("write", folder_ / path.str(), errno);
  }

  void make_directory(const base::RelPath& path) {
    if (!path.is_root() && ::mkdirat(root_.get(), name(path), 0700) != 0) fail(path);
  }

  void make_symlink(const base::RelPath& path, const tree::Node& node) {
    if (::symlinkat(node.link_target.c_str(), root_.get(), name(path)) != 0) fail(path);
    set_all(path, node);
  }

  void make_file(const base::RelPath& path, const tree::Node& node) {
    if (node.hard_link_group != 0) {
      const auto [first, is_first] = first_of_group_.emplace(node.hard_link_group, &path);
      if (!is_first) {
        if (::linkat(root_.get(), name(*first->second), root_.get(), name(path), 0) != 0) fail(path);
        return;
      }
    }
    const base::Fd fd(::openat(root_.get(), name(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) fail(path);
    base::write_all(fd.get(), node.content.bytes(), folder_ / path.str());
    set_all(path, node);
  }

  // Owner first: a change of owner takes set-id bits and file capabilities away.
  void set_all(const base::RelPath& path, const tree::Node& node) {
    auto mode = node.mode;
    if (::fchownat(root_.get(), name(path), node.uid, node.gid, AT_SYMLINK_NOFOLLOW) != 0) {
      if (!lacks_privilege(errno)) fail(path);
      unpacked_.owners.add(path);
      if (node.type == tree::NodeType::file && (mode & set_id_bits) != 0) {
        unpacked_.set_ids.add(path);
        mode &= ~set_id_bits;
      }
    }
    if (node.type != tree::NodeType::symlink && ::fchmodat(root_.get(), name(path), mode, 0) != 0) fail(path);
    set_attributes(path, node);
    const std::array<timespec, 2> times{{{node.mtime, 0}, {node.mtime, 0}}};
    if (::utimensat(root_.get(), name(path), times.data(), AT_SYMLINK_NOFOLLOW) != 0) fail(path);
  }

  void set_attributes(const base::RelPath& path, const tree::Node& node) {
    const auto full = folder_ / path.str();
    bool complete = true;
    for (const auto& [key, value] : node.xattrs) {
      if (::lsetxattr(full.c_str(), key.c_str(), value.data(), value.size(), 0) == 0) continue;
      if (!lacks_privilege(errno)) fail(path);
      complete = false;
    }
    if (!complete) unpacked_.attributes.add(path);
  }

  std::filesystem::path folder_;
  const tree::Tree& tree_;
  base::Fd root_;
  std::map<std::uint64_t, const base::RelPath*> first_of_group_;
  Unpacked unpacked_;
};

}  // namespace

Unpacked unpack(const std::filesystem::path& folder, const tree::Tree& tree) { return Unpacker(folder, tree).run(); }

}  // namespace debone::image
