#include "tree/disk_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "tree/test_tree.h"

namespace debone::tree {
namespace {

using base::error_of;
using base::Exit;
using testing::ElementsAre;
namespace fs = std::filesystem;

class DiskTreeTest : public testing::Test {
 protected:
  void write(const fs::path& name, std::string_view bytes, unsigned mode = 0600) {
    base::make_directories((root() / name).parent_path());
    base::write_file_atomically(root() / name, bytes);
    ASSERT_EQ(::chmod((root() / name).c_str(), mode), 0);
  }
  fs::path root() const { return folder_.path(); }
  DiskTree read(const DiskLimits& limits = {}) const { return read_disk_tree(root(), 7, "recipe", limits); }
  // The refusal's text, with the folder's own path as ROOT.
  std::string refusal(const DiskLimits& limits = {}) const {
    const auto error = error_of([&] { read(limits); });
    EXPECT_EQ(error.code(), Exit::usage);
    EXPECT_EQ(error.place(), "");
    auto text = error.message();
    for (auto at = text.find(root().string()); at != std::string::npos; at = text.find(root().string())) {
      text.replace(at, root().string().size(), "ROOT");
    }
    return text;
  }

 private:
  base::TempDir folder_{"debone-disk"};
};

TEST_F(DiskTreeTest, ShowsNothingOfACheckout) {
  write("b/run", "x", 0711);
  write("a", "1", 0660);
  fs::create_hard_link(root() / "a", root() / "b/a");
  fs::create_symlink("../a", root() / "b/l");
  ASSERT_EQ(::chmod((root() / "b").c_str(), 0700), 0);
  const auto disk = read();
  EXPECT_THAT(listing(disk.tree, true), ElementsAre("a 644 '1' recipe", "b/ 755 recipe", "b/a 644 '1' recipe",
                                                    "b/l -> ../a recipe", "b/run 755 'x' recipe"));
  for (const auto& [where, node] : disk.tree.nodes()) {
    EXPECT_EQ(node.mtime, 7);
    EXPECT_EQ(node.uid, 0U);
    EXPECT_EQ(node.hard_link_group, 0U);
  }
  EXPECT_TRUE(disk.secrets.empty());
}

TEST_F(DiskTreeTest, NamesSecrets) {
  write("z.key", "secret");
  write("a/id_rsa", "secret");
  write("ok", "text");
  EXPECT_THAT(read().secrets, ElementsAre(path("a/id_rsa"), path("z.key")));
}

TEST_F(DiskTreeTest, ObeysDeboneignore) {
  write(".deboneignore", "*.log\n/tmp/\n!keep.log\n");
  write("a.log", "");
  write("keep.log", "");
  write("tmp/keep.log", "");
  write("src/tmp/x", "");
  ASSERT_EQ(::mkfifo((root() / "pipe.log").c_str(), 0600), 0);  // what is ignored is not judged
  EXPECT_THAT(listing(read().tree), ElementsAre("keep.log 644 ''", "src/ 755", "src/tmp/ 755", "src/tmp/x 644 ''"));
  write(".deboneignore", "ok\n[a-z]\n");
  const auto error = error_of([&] { read(); });
  EXPECT_EQ(error.place(), (root() / ".deboneignore:2").string());
  EXPECT_EQ(error.message(), "character classes ('[...]') are not known here");
}

TEST_F(DiskTreeTest, RefusesLinksThatLeave) {
  fs::create_directories(root() / "d");
  const auto with_link = [&](const fs::path& name, const std::string& target) {
    fs::create_symlink(target, root() / name);
    auto text = refusal();
    fs::remove(root() / name);
    return text;
  };
  EXPECT_EQ(with_link("l", "/etc/passwd"), "'ROOT/l' is a link to '/etc/passwd', out of the tree");
  EXPECT_EQ(with_link("l", ".."), "'ROOT/l' is a link to '..', out of the tree");
  EXPECT_EQ(with_link("d/l", "../../x"), "'ROOT/d/l' is a link to '../../x', out of the tree");
  fs::create_symlink("..", root() / "d/up");
  EXPECT_EQ(with_link("d/l", "up/../x"), "'ROOT/d/l' is a link to 'up/../x', out of the tree");
  fs::create_symlink("none", root() / "dangling");
  EXPECT_EQ(read().tree.find(path("dangling"))->link_target, "none");
  fs::create_symlink("/etc", root() / "abs");
  EXPECT_EQ(error_of([&] { read(); }).hint_text(), "an item `type: symlink` makes such a link in the image");
}

TEST_F(DiskTreeTest, FollowsNoLinkIntoAFolder) {
  write("d/f", "x");
  fs::create_symlink("d", root() / "l");
  EXPECT_THAT(listing(read().tree), ElementsAre("d/ 755", "d/f 644 'x'", "l -> d"));
  fs::create_symlink("d/f", root() / ".deboneignore");
  EXPECT_EQ(refusal(), "cannot read 'ROOT/.deboneignore': Too many levels of symbolic links");
}

TEST_F(DiskTreeTest, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((root() / "p").c_str(), 0600), 0);
  EXPECT_EQ(refusal(), "'ROOT/p' is a socket, device or fifo");
  fs::remove(root() / "p");
  const base::Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (root() / "s").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(refusal(), "'ROOT/s' is a socket, device or fifo");
  fs::remove(root() / "s");
  fs::create_directory(root() / ".deboneignore");
  EXPECT_EQ(refusal(), "'ROOT/.deboneignore' is no regular file");
}

TEST_F(DiskTreeTest, KeepsToItsLimits) {
  write("a", "12345");
  write("b", "12345");
  EXPECT_EQ(read({.bytes = 10, .entries = 2}).tree.nodes().size(), 3U);
  EXPECT_EQ(refusal({.bytes = 9, .entries = 2}), "'ROOT/b' is larger than what is left of the bytes allowed");
  EXPECT_EQ(refusal({.bytes = 10, .entries = 1}), "'ROOT' holds more than the 1 files allowed");
}

TEST_F(DiskTreeTest, NamesWhatCannotBeRead) {
  const auto failure = [](auto&& fn) { return error_of(fn).message(); };
  const auto none = root() / "none";
  EXPECT_EQ(failure([&] { read_disk_tree(none, 0, ""); }),
            fmt::format("cannot read '{}': No such file or directory", none.string()));
  write("f", "");
  EXPECT_EQ(failure([&] { read_disk_tree(root() / "f", 0, ""); }),
            fmt::format("cannot read '{}': Not a directory", (root() / "f").string()));
  EXPECT_EQ(failure([&] { read_disk_file(root(), 0, ""); }), fmt::format("'{}' is no regular file", root().string()));
}

TEST_F(DiskTreeTest, ReadsOneFileThroughLinks) {
  write("f", "x", 0700);
  fs::create_symlink("f", root() / "l");
  const auto node = read_disk_file(root() / "l", 9, "recipe");
  EXPECT_EQ(node.content.bytes(), "x");
  EXPECT_EQ(node.mode, 0755U);
  EXPECT_EQ(node.mtime, 9);
}

}  // namespace
}  // namespace debone::tree
