#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

constexpr auto trixie_script =
    "  install_local_dir /usr/local\n"
    "  install_local_dir /usr/local/share\n"
    "  install_local_dir /usr/local/share/man\n"
    "  install_local_dir /usr/local/libexec\n"
    "  install_local_dir /usr/local/lib\n";

Image with_base_files(const std::string& script) {
  Image image;
  image.add("base-files",
            {{"usr/share/base-files/dot.profile", "profile of root"},
             {"usr/share/base-files/dot.bashrc", "bashrc"},
             {"usr/share/base-files/profile", "profile"},
             {"usr/share/base-files/motd", "welcome"},
             {"usr/share/base-files/info.dir", "info"},
             {"etc/dpkg/origins/debian", "Vendor: Debian"},
             {"etc/group", "root:*:0:\nmail:*:8:\nutmp:*:43:\nstaff:*:50:\n"}},
            {{"postinst", script}});
  for (const auto* path : {"var/run", "var/lock", "var/spool", "run", "root", "usr/share/info"}) image.directory(path);
  return image;
}

TEST(BaseFiles, MakesWhatItsPostinstMakes) {
  auto image = with_base_files(trixie_script);
  image.run(base_files);
  EXPECT_EQ(image.text("root/.profile"), "profile of root");
  EXPECT_EQ(image.text("root/.bashrc"), "bashrc");
  EXPECT_EQ(image.text("etc/profile"), "profile");
  EXPECT_EQ(image.text("etc/motd"), "welcome");
  EXPECT_EQ(image.text("usr/share/info/dir"), "info");
  EXPECT_EQ(image.text("etc/dpkg/origins/default"), "-> debian");
  EXPECT_EQ(image.text("var/run"), "-> /run");
  EXPECT_EQ(image.text("var/lock"), "-> /run/lock");
  EXPECT_EQ(image.text("var/spool/mail"), "-> ../mail");
  EXPECT_EQ(image.text("usr/local/man"), "-> share/man");
  EXPECT_EQ(image.mode("run/lock"), "1777 0:0");
  EXPECT_EQ(image.mode("var/mail"), "2775 0:8");
  EXPECT_EQ(image.mode("usr/local/lib"), "755 0:0");
  EXPECT_EQ(image.mode("usr/local/libexec"), "755 0:0");
  EXPECT_EQ(image.mode("usr/local/games"), "(nothing)");
  EXPECT_EQ(image.mode("var/log/wtmp"), "664 0:43");
  EXPECT_EQ(image.mode("var/log/btmp"), "660 0:43");
  for (const auto* path : {"mnt", "srv", "opt", "etc/opt", "var/opt", "media"}) EXPECT_EQ(image.mode(path), "755 0:0");
  EXPECT_EQ(image.tree.find(at("etc/motd"))->mtime, Image::created);
}

TEST(BaseFiles, LocalDirectoriesMayBeTheStaffs) {
  auto image = with_base_files(trixie_script);
  image.file("etc/staff-group-for-usr-local", "");
  image.run(base_files);
  EXPECT_EQ(image.mode("usr/local"), "2775 0:50");
  EXPECT_EQ(image.mode("usr/local/share/man"), "2775 0:50");
}

TEST(BaseFiles, WhatPackagesPutInVarRunMovesAlong) {
  auto image = with_base_files("");
  image.file("var/run/service/socket", "");
  image.run(base_files);
  EXPECT_EQ(image.text("var/run"), "-> /run");
  EXPECT_EQ(image.text("run/service/socket"), "");
}

TEST(BaseFiles, LeavesAloneWhatIsThere) {
  auto image = with_base_files(trixie_script);
  image.file("etc/motd", "mine");
  image.link("var/spool/mail", "/srv/mail");
  image.run(base_files);
  image.run(base_files);
  EXPECT_EQ(image.text("etc/motd"), "mine");
  EXPECT_EQ(image.text("var/spool/mail"), "-> /srv/mail");
}

}  // namespace
}  // namespace debone::effects
