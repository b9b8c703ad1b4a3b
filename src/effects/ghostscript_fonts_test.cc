#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

TEST(GhostscriptFonts, EachMapIsItsPartsInTheirOrder) {
  Image image;
  image.directory("var/lib/ghostscript/fonts");
  image.file("etc/ghostscript/fontmap.d/20b.conf", "/B (b.t1) ;\n");
  image.link("etc/ghostscript/fontmap.d/15a.conf", "/usr/share/fonts/a.conf");
  image.file("usr/share/fonts/a.conf", "% no newline");
  image.file("etc/ghostscript/fontmap.d/10c.conf", "/C (c.t1) ;\n");
  image.file("etc/ghostscript/fontmap.d/.10.conf", "hidden\n");
  image.file("etc/ghostscript/fontmap.d/10c.conf.dpkg-old", "old\n");
  image.link("etc/ghostscript/fontmap.d/30.conf", "/no");
  image.run(ghostscript_fonts);
  EXPECT_EQ(image.below("var/lib/ghostscript"),
            (Texts{{"var/lib/ghostscript/fonts/Fontmap", "/C (c.t1) ;\n% no newline/B (b.t1) ;\n"},
                   {"var/lib/ghostscript/fonts/cidfmap", ""}}));
  EXPECT_EQ(image.mode("var/lib/ghostscript/fonts/Fontmap"), "644 0:0");
}

TEST(GhostscriptFonts, NoneWithoutGhostscript) {
  Image image;
  image.file("etc/ghostscript/fontmap.d/20b.conf", "/B (b.t1) ;\n");
  image.run(ghostscript_fonts);
  EXPECT_EQ(image.below("var"), Texts{});
}

}  // namespace
}  // namespace debone::effects
