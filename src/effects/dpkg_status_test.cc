#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/process.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

TEST(DpkgStatus, EndsInOneNewlineAndHoldsNoBlankLine) {
  Image image;
  image.add("one").control =
      "\n\nPackage: one\nVersion: 1\nDescription: short\n long\n .\n more\n\n\nArchitecture: all";
  image.run(dpkg_status);
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/one"),
            "Package: one\nVersion: 1\nDescription: short\n long\n .\n more\nArchitecture: all\n");
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/one.md5sums"), "");
}

TEST(DpkgStatus, AStatusFieldWouldHideThePackage) {
  Image image;
  image.add("one").control = "Package: one\nstatus: deinstall ok\n config-files\nVersion: 1\n";
  image.run(dpkg_status);
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/one"), "Package: one\nVersion: 1\n");
}

TEST(DpkgStatus, SumsAreOfWhatShips) {
  Image image;
  image.add("one", {{"usr/bin/a", "program"},
                    {"etc/one.conf", "setting"},
                    {"usr/share/doc/one/README", "text"},
                    {"usr/lib/empty", ""}});
  image.add("two", {{"lib/two.so", "library"}});
  image.tree.remove(at("usr/share/doc"));
  image.file("usr/bin/other", "of a package that is not among them");
  image.tree.put_file(at("usr/bin/effect"), "made", 0644, Image::created, "effect:x");
  image.run(dpkg_status);
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/one.md5sums"), base::md5_hex("setting") + "  etc/one.conf\n" +
                                                                 base::md5_hex("program") + "  usr/bin/a\n" +
                                                                 base::md5_hex("") + "  usr/lib/empty\n");
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/two.md5sums"), base::md5_hex("library") + "  lib/two.so\n");
}

TEST(DpkgStatus, TakesThePackagesOwnSumOfUntouchedFiles) {
  Image image;
  const std::string sum(32, 'a');
  const auto sums = sum + "  bin/moved\n" + sum + "  usr/changed\nmalformed\n" + std::string(32, 'x') + "  usr/bad\n";
  image.add("one", {{"bin/moved", "program"}, {"usr/changed", "before"}, {"usr/bad", "bad"}}, {{"md5sums", sums}});
  // Relocated, as merged /usr has it: the same bytes under another path.
  auto node = *image.tree.find(at("bin/moved"));
  image.tree.remove(at("bin"));
  image.tree.put(at("usr/bin/moved"), node);
  auto& changed = image.tree.at(at("usr/changed"));
  changed.content = tree::Content("after");
  image.run(dpkg_status);
  EXPECT_EQ(
      image.text("var/lib/dpkg/status.d/one.md5sums"),
      base::md5_hex("bad") + "  usr/bad\n" + sum + "  usr/bin/moved\n" + base::md5_hex("after") + "  usr/changed\n");
}

// md5sum(1) reads the lists as they stand.
TEST(DpkgStatus, Md5sumAgrees) {
  Image image;
  image.add("one", {{"usr/bin/a", "program"}, {"usr/share/with space", "text"}, {"usr/share/Főtanúsítvány.crt", "x"}});
  image.run(dpkg_status);
  const base::TempDir real("status");
  image.write_to(real.path());
  const auto done = base::run_and_capture(
      {"env", "-C", real.path().string(), "md5sum", "--check", "--strict", "var/lib/dpkg/status.d/one.md5sums"},
      1U << 16U);
  EXPECT_EQ(done.status, 0) << done.out << done.err;
}

}  // namespace
}  // namespace debone::effects
