#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

Image with_lines(const std::string& lines) {
  Image image;
  image.file("etc/passwd", "root:*:0:0:::\nwww-data:*:33:33:::\n");
  image.file("etc/group", "root:*:0:\nwww-data:*:33:\n");
  image.file("usr/lib/tmpfiles.d/b.conf", lines);
  return image;
}

TEST(Tmpfiles, MakesDirectoriesAndLinks) {
  auto image = with_lines(
      "# comment\n"
      "\n"
      "    d /run/php              0755 www-data www-data -   -\n"
      "d /run/plain\n"
      "D /run/sticky 1777 root 33\n"
      "L /run/shm - - - - /dev/shm\n"
      "q /var 0711 - - -\n"
      "z /etc/secret 0600 root www-data\n"
      "d /root :0700 root :root -\n"
      "d- /run/new :0700 :www-data - -\n"
      "L+ /etc/replaced - - - - ../new\n"
      "L /etc/kept - - - - ../new\n");
  image.directory("var");
  image.directory("root");
  image.file("etc/secret", "");
  image.link("etc/replaced", "old");
  image.link("etc/kept", "old");
  image.run(tmpfiles);
  EXPECT_EQ(image.mode("run/php"), "755 33:33");
  EXPECT_EQ(image.mode("run/plain"), "755 0:0");
  EXPECT_EQ(image.mode("run/sticky"), "1777 0:33");
  EXPECT_EQ(image.text("run/shm"), "-> /dev/shm");
  EXPECT_EQ(image.mode("var"), "711 0:0");
  EXPECT_EQ(image.mode("etc/secret"), "600 0:33");
  EXPECT_EQ(image.mode("root"), "755 0:0");
  EXPECT_EQ(image.mode("run/new"), "700 33:0");
  EXPECT_EQ(image.text("etc/replaced"), "-> ../new");
  EXPECT_EQ(image.text("etc/kept"), "-> old");
}

TEST(Tmpfiles, LeavesOutWhatARunningSystemDecides) {
  auto image = with_lines(
      "D! /tmp/.X11-unix 1777 root root 10d\n"
      "f^ /root/.ssh/authorized_keys :0600 root :root - ssh.authorized_keys.root\n"
      "d /var/log/journal/%m 2755 root systemd-journal\n"
      "x /tmp/keep*\n"
      "R! /tmp/gone-*\n"
      "d relative/path\n"
      "d /../escape\n"
      "d /\n"
      "L /etc/without-target\n"
      "d\n");
  const auto before = image.tree.nodes().size();
  image.run(tmpfiles);
  EXPECT_EQ(image.tree.nodes().size(), before);
}

TEST(Tmpfiles, ALinkToWhatWasCutIsNotMade) {
  auto image = with_lines(
      "L /var/log/README - - - - ../../usr/share/doc/systemd/README.logs\n"
      "L /etc/there - - - - /usr/share/there\n");
  image.file("usr/share/there", "");
  image.run(tmpfiles);
  EXPECT_EQ(image.tree.find(at("var/log/README")), nullptr);
  EXPECT_EQ(image.text("etc/there"), "-> /usr/share/there");
}

TEST(Tmpfiles, ALinkOutOfTheRootIsRefused) {
  auto image = with_lines("d /run/php\nL /etc/l - - - - ../../../../etc/shadow\n");
  EXPECT_EQ(testing::error_of([&] { image.run(tmpfiles); }),
            "error: the link '/etc/l' to '../../../../etc/shadow' leads out of the image\n"
            "  while doing what /usr/lib/tmpfiles.d/b.conf says\n");
  EXPECT_EQ(image.text("etc/l"), "(nothing)");
}

TEST(Tmpfiles, TheFirstLineOfAPathCounts) {
  auto image = with_lines("d /run/lock 0755 root root\n");
  image.file("usr/lib/tmpfiles.d/a.conf", "d /run/lock 1777 root root\n");
  image.file("usr/lib/tmpfiles.d/0.disabled", "d /run/lock 0700 root root\n");
  image.run(tmpfiles);
  EXPECT_EQ(image.mode("run/lock"), "1777 0:0");
}

TEST(Tmpfiles, MakesFiles) {
  auto image = with_lines(
      "f /etc/plain\n"
      "f /etc/motd 0640 root www-data - two  words\\n\\x41\\101\\t100%%  \n"
      "f /etc/kept 0600 - - - other\n"
      "f+ /etc/replaced - - - - new\n"
      "f /etc/dash - - - - -\n"
      "f /etc/specifier - - - - %H\n"
      "f /etc/escape - - - - \\q\n"
      "f /etc/nul - - - - \\x00\n"
      "f~ /etc/base64 - - - - Zm9v\n"
      "f! /etc/boot\n"
      "f /etc/directory\n"
      "f /etc/dangling - - - - x\n"
      "f /etc/kept/below\n");
  image.file("etc/kept", "mine");
  image.file("etc/replaced", "old");
  image.directory("etc/directory");
  image.link("etc/dangling", "nowhere");
  image.run(tmpfiles);
  EXPECT_EQ(image.text("etc/plain"), "");
  EXPECT_EQ(image.mode("etc/plain"), "644 0:0");
  EXPECT_EQ(image.text("etc/motd"), "two  words\nAA\t100%");
  EXPECT_EQ(image.mode("etc/motd"), "640 0:33");
  EXPECT_EQ(image.text("etc/kept"), "mine");
  EXPECT_EQ(image.mode("etc/kept"), "600 0:0");
  EXPECT_EQ(image.text("etc/replaced"), "new");
  EXPECT_EQ(image.text("etc/dash"), "");
  EXPECT_EQ(image.text("etc/directory"), "(directory)");
  EXPECT_EQ(image.text("etc/dangling"), "-> nowhere");
  for (const std::string_view path : {"etc/specifier", "etc/escape", "etc/nul", "etc/base64", "etc/boot"})
    EXPECT_EQ(image.text(path), "(nothing)") << path;
}

TEST(Tmpfiles, CopiesFilesAndDirectories) {
  auto image = with_lines(
      "C /etc/factory.conf\n"
      "C /srv/copy 0750 www-data - - /usr/share/sample\n"
      "C /srv/full - - - - /usr/share/sample\n"
      "C+ /srv/merged - - - - /usr/share/sample\n"
      "C /srv/none - - - - /usr/share/none\n"
      "C /etc/passwd - - - - /usr/share/sample\n"
      "C /usr/share/sample/itself - - - - /usr/share/sample\n");
  image.file("usr/share/factory/etc/factory.conf", "made", 0600);
  image.file("usr/share/sample/deep/file", "content", 0640);
  image.link("usr/share/sample/link", "deep/file");
  image.file("srv/full/x", "");
  image.file("srv/merged/deep/file", "mine");
  image.run(tmpfiles);
  EXPECT_EQ(image.text("etc/factory.conf"), "made");
  EXPECT_EQ(image.mode("etc/factory.conf"), "600 0:0");
  EXPECT_EQ(image.below("srv"), (testing::Texts{{"srv/copy/deep/file", "content"},
                                                {"srv/copy/link", "-> deep/file"},
                                                {"srv/full/x", ""},
                                                {"srv/merged/deep/file", "mine"},
                                                {"srv/merged/link", "-> deep/file"}}));
  EXPECT_EQ(image.mode("srv/copy"), "750 33:0");
  EXPECT_EQ(image.mode("srv/copy/deep"), "755 33:0");
  EXPECT_EQ(image.mode("srv/copy/deep/file"), "640 33:0");
  EXPECT_EQ(image.tree.find(at("srv/copy/deep/file"))->mtime, Image::created);
  EXPECT_EQ(image.below("usr/share/sample").size(), 2U);
}

TEST(Tmpfiles, CopiesOfCopiesEnd) {
  std::string lines = "C /a0/x - - - - /usr/lib\n";
  for (int i = 0; i < 40; ++i)
    for (const char half : {'x', 'y'}) lines += fmt::format("C /a{}/{} - - - - /a{}\n", i + 1, half, i);
  auto image = with_lines(lines);
  image.run(tmpfiles);
  EXPECT_LT(image.tree.nodes().size(), 20'000U);
  ASSERT_FALSE(image.recorder->warnings.empty());
  EXPECT_TRUE(image.recorder->warnings.front().ends_with("the copies that tmpfiles.d asks for are too large"));
}

TEST(Tmpfiles, AFileInTheWayStays) {
  auto image = with_lines("d /etc/passwd 0755\nd /etc/dangling 0755\nd /etc/passwd/below\n");
  image.link("etc/dangling", "/nowhere");
  image.run(tmpfiles);
  EXPECT_EQ(image.text("etc/dangling"), "-> /nowhere");
  EXPECT_EQ(image.mode("etc/passwd"), "644 0:0");
}

TEST(Tmpfiles, ALineIsOfAllNamesOfAFile) {
  auto image = with_lines("z /etc/secret 0600 root www-data\n");
  const auto group = image.tree.new_hard_link_group();
  for (const auto* path : {"etc/another", "etc/secret"}) {
    image.file(path, "");
    image.tree.at(at(path)).hard_link_group = group;
  }
  image.run(tmpfiles);
  EXPECT_EQ(image.mode("etc/secret"), "600 0:33");
  EXPECT_EQ(image.mode("etc/another"), "600 0:33");
}

}  // namespace
}  // namespace debone::effects
