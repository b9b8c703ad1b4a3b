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

TEST(Tmpfiles, AFileInTheWayStays) {
  auto image = with_lines("d /etc/passwd 0755\nd /etc/dangling 0755\n");
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
