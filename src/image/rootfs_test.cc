#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "image/image.h"
#include "image/test_image.h"

namespace debone::image {
namespace {

using base::Exit;
using testing::ElementsAre;
namespace fs = std::filesystem;

// The tests may run as root, who can set all, or not: then the parts for nobody are tested as oneself.
class WithoutRoot {
 public:
  WithoutRoot() {
    if (::geteuid() == 0) was_root_ = ::setegid(65534) == 0 && ::seteuid(65534) == 0;
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;
  ~WithoutRoot() {
    if (was_root_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
  }

 private:
  bool was_root_ = false;
};

struct stat status_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}

std::string told(const fs::path& path) {
  const auto status = status_of(path);
  return fmt::format("{:o} {}:{} {}", status.st_mode, status.st_uid, status.st_gid, status.st_mtime);
}

class Rootfs : public testing::Test {
 protected:
  base::TempDir temporary{"rootfs_test"};
  fs::path target = temporary.path() / "root";
};

TEST_F(Rootfs, HoldsTheTreesFiles) {
  const mode_t before = ::umask(077);
  write_rootfs(target, sample_tree());
  ::umask(before);
  EXPECT_EQ(base::read_file(target / "usr/bin/php", 100), "the program");
  EXPECT_EQ(status_of(target / "usr/bin/php").st_nlink, 2U);
  EXPECT_EQ(status_of(target / "usr/bin/php").st_ino, status_of(target / "usr/bin/php8").st_ino);
  EXPECT_EQ(fs::read_symlink(target / "bin"), "usr/bin");
  EXPECT_EQ(status_of(target / "var/lib/php/sessions").st_mode, S_IFDIR | 01733U);
  EXPECT_EQ(status_of(target / "var/lib/php/sessions").st_mtime, 1700000001);
  EXPECT_EQ(status_of(target / "bin").st_mtime, 1700000000);
  EXPECT_EQ(status_of(target).st_mode, S_IFDIR | 0755U);
}

TEST_F(Rootfs, WithoutRootSaysWhatItCannotSet) {
  fs::permissions(temporary.path(), fs::perms::all);
  auto tree = sample_tree();
  tree.at(path_of("usr/bin/php")).xattrs["security.capability"] =
      std::string("\x01\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  // Folders that their owner cannot write to are no hindrance.
  tree.put_directory(path_of("closed"), 0500, 1700000000, "package:x");
  tree.put_file(path_of("closed/a"), "a", 0400, 1700000000, "package:x");
  const auto sample = sample_tree();
  for (const auto& [path, node] : sample.nodes()) {
    tree.at(path).uid = path.name() == "su" ? 2 : ::geteuid() == 0 ? 65534 : ::geteuid();
    tree.at(path).gid = ::geteuid() == 0 ? 65534 : ::getegid();
  }
  for (const auto* path : {"closed", "closed/a"}) {
    tree.at(path_of(path)).uid = tree.find(path_of("usr"))->uid;
    tree.at(path_of(path)).gid = tree.find(path_of("usr"))->gid;
  }
  const WithoutRoot without;
  EXPECT_THAT(write_rootfs(target, tree),
              ElementsAre("1 path has you as its owner, not the image's user (/usr/bin/su)",
                          "1 file lost its set-id bit (/usr/bin/su)",
                          "1 file lost its capabilities or other extended attributes (/usr/bin/php)",
                          "only root can set these in a folder; an image has them: build one without --to rootfs"));
  EXPECT_EQ(status_of(target / "usr/bin/su").st_mode, S_IFREG | 0755U);
  EXPECT_EQ(status_of(target / "closed").st_mode, S_IFDIR | 0500U);
  fs::permissions(target / "closed", fs::perms::owner_all);  // so that it can be removed
}

TEST_F(Rootfs, AsRootNothingIsMissing) {
  if (::geteuid() != 0) {
    // As anybody else: a folder of one's own gets all that is one's own, and says nothing.
    tree::Tree tree;
    tree.at({}).uid = ::geteuid();
    tree.at({}).gid = ::getegid();
    EXPECT_THAT(write_rootfs(target, tree), ElementsAre());
    return;
  }
  auto tree = sample_tree();
  // cap_net_raw=ep, as a version 2 attribute (linux/capability.h).
  const std::string capability("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  tree.at(path_of("usr/bin/su")).xattrs["security.capability"] = capability;
  EXPECT_THAT(write_rootfs(target, tree), ElementsAre());
  EXPECT_EQ(told(target / "usr/bin/su"), "104755 2:0 1700000003");
  EXPECT_EQ(told(target / "etc/shadow"), "100640 0:42 1700000004");
  std::string value(64, '\0');
  const auto size = ::getxattr((target / "usr/bin/su").c_str(), "security.capability", value.data(), value.size());
  ASSERT_GT(size, 0);
  EXPECT_EQ(value.substr(0, static_cast<std::size_t>(size)), capability);
}

TEST_F(Rootfs, RefusesAFolderThatIsNotEmpty) {
  fs::create_directory(target);
  base::write_file_atomically(target / "thesis.txt", "years of work");
  EXPECT_EQ(error_of([&] { write_rootfs(target, sample_tree()); }, Exit::usage, target.string()),
            "error: PATH: the folder is not empty\n"
            "  hint: name a folder that does not exist yet, or remove this one\n");
}

TEST_F(Rootfs, AFailureLeavesNothing) {
  auto tree = sample_tree();
  tree.at(path_of("bin")).link_target = std::string(5000, 'x');  // longer than Linux takes
  EXPECT_EQ(error_of([&] { write_rootfs(target, tree); }, Exit::internal, temporary.path().string()).substr(0, 11),
            "error: PATH");
  EXPECT_TRUE(fs::is_empty(temporary.path()));
}

}  // namespace
}  // namespace debone::image
