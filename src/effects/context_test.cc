#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using testing::Image;

TEST(Context, FilesAndLinksOfADirectory) {
  Image image;
  image.link("etc/there", "real");
  for (const std::string_view path : {"etc/real/b.conf", "etc/real/c.txt", "etc/real/.conf", "etc/real/deep/x.conf"})
    image.file(path, "");
  image.link("etc/real/a.conf", "nowhere");
  image.directory("etc/real/d.conf");
  image.run([](Context& context) {
    EXPECT_THAT(context.files_in(at("etc/there"), ".conf"),
                ElementsAre(at("etc/real/.conf"), at("etc/real/a.conf"), at("etc/real/b.conf")));
    EXPECT_EQ(context.files_in(at("etc/real")).size(), 4U);
    EXPECT_TRUE(context.files_in(at("etc/none")).empty());
  });
}

TEST(Context, WhatIsTooLargeIsLeftOut) {
  Image image;
  image.file("srv/file", "12345");
  image.link("srv/link", "file");
  image.link("srv/dangling", "none");
  image.run([](Context& context) {
    EXPECT_EQ(context.read_for("a list", at("srv/link"), 5), "12345");
    EXPECT_EQ(context.read_for("a list", at("srv/link"), 4), std::nullopt);
    EXPECT_EQ(context.read_for("a list", at("srv/dangling"), 4), std::nullopt);
  });
  EXPECT_THAT(image.recorder->warnings, ElementsAre("/srv/link is left out of a list: it is over 4 bytes",
                                                    "/srv/dangling is left out of a list: there is no file"));
}

}  // namespace
}  // namespace debone::effects
