#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

TEST(Netbase, WritesHostsAndNetworks) {
  Image image;
  image.file("etc/networks", "mine");
  image.run(netbase);
  EXPECT_EQ(image.text("etc/hosts"),
            "127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\nff02::1\t\tip6-allnodes\n"
            "ff02::2\t\tip6-allrouters\n\n");
  EXPECT_EQ(image.text("etc/networks"), "mine");
}

TEST(TimeZone, IsUtc) {
  Image bookworm;
  bookworm.add("tzdata", {}, {{"postinst", "\techo \"$TIMEZONE\" > \"$DPKG_ROOT/etc/timezone\"\n"}});
  bookworm.run(time_zone);
  EXPECT_EQ(bookworm.text("etc/localtime"), "-> /usr/share/zoneinfo/Etc/UTC");
  EXPECT_EQ(bookworm.text("etc/timezone"), "Etc/UTC\n");

  Image trixie;
  trixie.add("tzdata", {},
             {{"postinst",
               "\tif test -f \"$DPKG_ROOT/etc/timezone\"; then\n\t\techo \"$TIMEZONE\" > "
               "\"$DPKG_ROOT/etc/timezone\"\n"}});
  trixie.run(time_zone);
  EXPECT_EQ(trixie.text("etc/localtime"), "-> /usr/share/zoneinfo/Etc/UTC");
  EXPECT_EQ(trixie.text("etc/timezone"), "(nothing)");
}

TEST(NameService, IsLibcBins) {
  Image image;
  image.add("libc-bin", {{"usr/share/libc-bin/nsswitch.conf", "hosts: files dns\n"}});
  image.run(name_service);
  EXPECT_EQ(image.text("etc/nsswitch.conf"), "hosts: files dns\n");
}

TEST(Fontconfig, AnswersItsQuestionsByDefault) {
  Image trixie;
  trixie.add(
      "fontconfig-config",
      {{"usr/share/fontconfig/conf.avail/10-hinting-slight.conf", ""},
       {"usr/share/fontconfig/conf.avail/70-no-bitmaps-except-emoji.conf", ""}},
      {{"postinst", "    no_bitmaps=\"70-no-bitmaps-except-emoji.conf\"\nif [ -f /etc/staff-group-for-usr-local ]"}});
  trixie.run(fontconfig);
  EXPECT_EQ(trixie.below("etc/fonts"),
            (testing::Texts{{"etc/fonts/conf.d/10-hinting-slight.conf",
                             "-> /usr/share/fontconfig/conf.avail/10-hinting-slight.conf"},
                            {"etc/fonts/conf.d/70-no-bitmaps-except-emoji.conf",
                             "-> /usr/share/fontconfig/conf.avail/70-no-bitmaps-except-emoji.conf"}}));
  EXPECT_EQ(trixie.mode("usr/local/share/fonts"), "755 0:0");

  Image bookworm;
  bookworm.add("fontconfig-config", {{"usr/share/fontconfig/conf.avail/70-no-bitmaps.conf", ""}});
  bookworm.file("etc/group", "staff:*:50:\n");
  bookworm.run(fontconfig);
  EXPECT_EQ(bookworm.text("etc/fonts/conf.d/70-no-bitmaps.conf"),
            "-> /usr/share/fontconfig/conf.avail/70-no-bitmaps.conf");
  EXPECT_EQ(bookworm.text("etc/fonts/conf.d/10-hinting-slight.conf"), "(nothing)");
  EXPECT_EQ(bookworm.mode("usr/local/share/fonts"), "2775 0:50");
}

TEST(Systemd, LeavesTheMachinesIdentityOpen) {
  Image image;
  image.file("etc/group", "systemd-journal:*:999:\n");
  image.run(systemd);
  EXPECT_EQ(image.text("etc/machine-id"), "");
  EXPECT_EQ(image.mode("etc/machine-id"), "444 0:0");
  EXPECT_EQ(image.mode("var/log/journal"), "2755 0:999");
}

}  // namespace
}  // namespace debone::effects
