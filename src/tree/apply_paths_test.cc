#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/file.h"
#include "tree/assemble.h"
#include "tree/test_tree.h"

namespace debone::tree {
namespace {

using base::error_of;
using base::Exit;
using recipe::PathItem;
using recipe::PathType;
using testing::ElementsAre;
namespace fs = std::filesystem;

PathItem item(std::string_view where, PathType type) {
  PathItem made;
  made.path = path(where);
  made.type = type;
  made.place = {"r.yaml", 7, 5};
  return made;
}

PathItem file_item(std::string_view where, std::string content) {
  auto made = item(where, PathType::file);
  made.content = std::move(content);
  return made;
}

PathItem symlink_item(std::string_view where, std::string target) {
  auto made = item(where, PathType::symlink);
  made.link_target = std::move(target);
  return made;
}

class ApplyPaths : public testing::Test {
 protected:
  ApplyPaths() {
    tree.put_file(path("etc/p.conf"), "p", 0600, 1, "package:p");
    tree.at(path("etc/p.conf")).uid = 5;
    tree.put_directory(path("tmp"), 01777, 1, "package:p");
    tree.put_symlink(path("var/run"), "/run", 1, "package:p");
    tree.put_symlink(path("tmplink"), "tmp", 1, "package:p");
  }
  void apply(const std::vector<PathItem>& items) { apply_paths(tree, items, 1700000000, events); }
  std::string failure(const PathItem& one) {
    const auto error = error_of([&] { apply({one}); });
    EXPECT_EQ(error.code(), Exit::usage);
    EXPECT_EQ(error.place(), "r.yaml:7:5");
    return error.message();
  }
  const Node& node(std::string_view where) const { return *tree.find(path(where)); }

  Tree tree;
  Warnings events;
};

TEST_F(ApplyPaths, MakesDirectories) {
  auto php = item("var/run/php", PathType::directory);
  php.uid = 33;
  php.gid = 34;
  php.permissions = 02750;
  apply({php, item("srv/app", PathType::directory)});
  EXPECT_EQ(node("run/php").mode, 02750U);
  EXPECT_EQ(node("run/php").uid, 33U);
  EXPECT_EQ(node("run/php").gid, 34U);
  EXPECT_EQ(node("run/php").mtime, 1700000000);
  EXPECT_EQ(node("run/php").origin, "recipe");
  EXPECT_EQ(node("run").mode, 0755U);
  EXPECT_EQ(node("srv/app").mode, 0755U);
  EXPECT_EQ(node("srv/app").uid, 0U);
}

TEST_F(ApplyPaths, KeepsOfADirectoryWhatIsNotStated) {
  auto owned = item("tmplink", PathType::directory);
  owned.uid = 33;
  apply({owned});
  EXPECT_EQ(node("tmp").mode, 01777U);
  EXPECT_EQ(node("tmp").uid, 33U);
  EXPECT_EQ(node("tmp").origin, "package:p");
  EXPECT_EQ(node("tmp").mtime, 1);
  EXPECT_EQ(failure(item("etc/p.conf", PathType::directory)), "'/etc/p.conf' is a file");
}

TEST_F(ApplyPaths, WritesFilesOverThoseOfPackages) {
  tree.put_symlink(path("etc/link"), "p.conf", 1, "");
  auto stated = file_item("etc/stated", "s");
  stated.permissions = 0400;
  stated.uid = 1;
  apply({file_item("etc/p.conf", "mine"), file_item("etc/link", "own"), stated});
  EXPECT_THAT(listing(tree),
              testing::IsSupersetOf({"etc/p.conf 644 'mine'", "etc/link 644 'own'", "etc/stated 400 's'"}));
  EXPECT_EQ(node("etc/p.conf").uid, 0U);
  EXPECT_EQ(node("etc/p.conf").origin, "recipe");
  EXPECT_EQ(failure(file_item("tmp", "")), "'/tmp' is a directory");
  EXPECT_EQ(failure(file_item("tmplink", "")), "'/tmplink' is a link to a directory");
  EXPECT_EQ(failure(file_item("etc/p.conf/x", "")),
            "cannot put '/etc/p.conf/x' into the image: '/etc/p.conf' is no directory");
}

TEST_F(ApplyPaths, TakesAFileFromTheDisk) {
  const base::TempDir folder("debone-paths");
  base::write_file_atomically(folder.path() / "run.sh", "#!");
  base::write_file_atomically(folder.path() / "tls.key", "k");
  ASSERT_EQ(::chmod((folder.path() / "run.sh").c_str(), 0700), 0);
  auto run = item("run.sh", PathType::file);
  run.source = folder.path() / "run.sh";
  auto key = item("key", PathType::file);
  key.source = folder.path() / "tls.key";
  key.permissions = 0600;
  apply({run, key});
  EXPECT_THAT(listing(tree), testing::IsSupersetOf({"run.sh 755 '#!'", "key 600 'k'"}));
  EXPECT_THAT(events.texts,
              ElementsAre(fmt::format("r.yaml:7:5: '{}' looks like a secret, and whoever has the image can read it",
                                      (folder.path() / "tls.key").string())));
  run.source = folder.path() / "none";
  EXPECT_EQ(failure(run), fmt::format("cannot read '{}': No such file or directory", run.source->string()));
}

TEST_F(ApplyPaths, MakesSymlinks) {
  apply({symlink_item("usr/bin/x", "../lib/x"), symlink_item("etc/p.conf", "/run/p.conf")});
  EXPECT_EQ(node("usr/bin/x").link_target, "../lib/x");
  EXPECT_EQ(node("usr/bin/x").mode, 0777U);
  EXPECT_EQ(node("etc/p.conf").link_target, "/run/p.conf");
  EXPECT_EQ(failure(symlink_item("tmp", "x")), "'/tmp' is a directory");
  EXPECT_EQ(failure(symlink_item("a/l", "../../x")), "'/a/l' would be a link to '../../x', out of the image");
  tree.put_symlink(path("deep/er/root"), "../..", 1, "");
  EXPECT_EQ(failure(symlink_item("deep/er/l", "root/../x")),
            "'/deep/er/l' would be a link to 'root/../x', out of the image");
}

TEST_F(ApplyPaths, LaysATreeOverWhatIsThere) {
  const base::TempDir folder("debone-paths");
  const auto write = [&](const fs::path& name, std::string_view bytes) {
    base::make_directories((folder.path() / name).parent_path());
    base::write_file_atomically(folder.path() / name, bytes);
  };
  write("etc/p.conf", "mine");
  write("tmp/x", "t");
  write("var/run/y", "r");
  write("new/z", "n");
  write(".env", "PASSWORD=x");
  write("new/skipped.log", "");
  write(".deboneignore", "*.log\n");
  fs::create_symlink("z", folder.path() / "new/l");
  auto all = item("", PathType::tree);
  all.source = folder.path();
  all.uid = 33;
  apply({all});
  EXPECT_THAT(listing(tree), ElementsAre(".env 644 'PASSWORD=x'", "etc/ 755", "etc/p.conf 644 'mine'", "new/ 755",
                                         "new/l -> z", "new/z 644 'n'", "run/ 755", "run/y 644 'r'", "tmp/ 1777",
                                         "tmp/x 644 't'", "tmplink -> tmp", "var/ 755", "var/run -> /run"));
  EXPECT_EQ(node("new").uid, 33U);
  EXPECT_EQ(node("new/l").uid, 33U);
  EXPECT_EQ(node("tmp").uid, 0U) << "a directory of a package stays as it was";
  EXPECT_EQ(node("new/z").mtime, 1700000000);
  ASSERT_EQ(events.texts.size(), 1U);
  EXPECT_THAT(events.texts[0], testing::HasSubstr("/.env' looks like a secret"));

  write("tmplink", "file over a link to a directory");
  EXPECT_EQ(failure(all), "'/tmplink' is a link to a directory");
  fs::remove(folder.path() / "tmplink");
  fs::create_symlink("x", folder.path() / "tmp/../etc2");
  write("etc/p.conf.d/x", "");
  fs::rename(folder.path() / "etc/p.conf.d", folder.path() / "etc/p.confd");
  fs::remove(folder.path() / "etc/p.conf");
  fs::rename(folder.path() / "etc/p.confd", folder.path() / "etc/p.conf");
  EXPECT_EQ(failure(all), "'/etc/p.conf' is a file");
  write(".deboneignore", "[x]\n");
  EXPECT_EQ(error_of([&] { apply({all}); }).place(), (folder.path() / ".deboneignore:1").string());
}

TEST_F(ApplyPaths, ChangesPermissions) {
  auto one = item("tmplink", PathType::permissions);
  one.permissions = 0700;
  apply({one});
  EXPECT_EQ(node("tmp").mode, 0700U);
  auto owner = item("etc/p.conf", PathType::permissions);
  owner.gid = 9;
  apply({owner});
  EXPECT_EQ(node("etc/p.conf").mode, 0600U);
  EXPECT_EQ(node("etc/p.conf").uid, 5U);
  EXPECT_EQ(node("etc/p.conf").gid, 9U);
  EXPECT_EQ(node("etc/p.conf").origin, "package:p");
  EXPECT_EQ(failure(item("none", PathType::permissions)), "'/none' is not in the image");
}

TEST_F(ApplyPaths, ChangesPermissionsAllTheWayDown) {
  tree.put_directory(path("etc/passbolt/gpg"), 0755, 1, "");
  tree.put_file(path("etc/passbolt/gpg/k"), "", 0644, 1, "");
  tree.put_symlink(path("etc/passbolt/l"), "/etc/p.conf", 1, "");
  tree.put_file(path("etc/passbolt.d"), "", 0644, 1, "");
  auto all = item("etc/passbolt", PathType::permissions);
  all.permissions = 0640;
  all.gid = 33;
  all.recursive = true;
  apply({all});
  EXPECT_EQ(node("etc/passbolt").mode, 0750U) << "directories are searchable where they are readable";
  EXPECT_EQ(node("etc/passbolt/gpg").mode, 0750U);
  EXPECT_EQ(node("etc/passbolt/gpg/k").mode, 0640U);
  EXPECT_EQ(node("etc/passbolt/gpg/k").gid, 33U);
  EXPECT_EQ(node("etc/passbolt/l").mode, 0777U);
  EXPECT_EQ(node("etc/passbolt/l").gid, 33U);
  EXPECT_EQ(node("etc/p.conf").gid, 0U) << "links are not followed on the way down";
  EXPECT_EQ(node("etc/passbolt.d").mode, 0644U);
}

TEST_F(ApplyPaths, ChangesAllNamesOfAnInode) {
  tree = assemble({make_deb("a", {file("./a/f", "x"), dir("./b/"), hard_link("./b/g", "./a/f")})});
  auto one = item("b", PathType::permissions);
  one.permissions = 0750;
  one.recursive = true;
  one.uid = 4;
  apply({one});
  EXPECT_EQ(node("a/f").mode, 0750U);
  EXPECT_EQ(node("a/f").uid, 4U);
  EXPECT_EQ(node("a").mode, 0755U);
  apply({file_item("a/f", "new")});
  EXPECT_EQ(node("a/f").hard_link_group, 0U) << "a file written anew is one of its own";
}

}  // namespace
}  // namespace debone::tree
