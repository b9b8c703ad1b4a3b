#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_tar.h"

namespace debone::base {
namespace {

TEST(Error, RendersItsParts) {
  EXPECT_EQ(Error(Exit::usage, "no such thing").render(), "error: no such thing\n");
  auto error = Error(Exit::usage, "no package 'x'").at("php-fpm.yaml:7:5").hint("did you mean 'y'?");
  error.add_frame("resolving php-fpm");
  error.add_frame("building");
  EXPECT_EQ(error.render(),
            "error: php-fpm.yaml:7:5: no package 'x'\n"
            "  while resolving php-fpm\n"
            "  while building\n"
            "  hint: did you mean 'y'?\n");
  EXPECT_STREQ(error.what(), "no package 'x'");
}

TEST(Error, KeepsOutsideTextFromTheTerminal) {
  auto error = Error(Exit::trust, "bad\x1b[2J\nerror: forged").at("a\rb").hint("\x07");
  error.add_frame("\x08");
  EXPECT_EQ(error.render(), "error: a\\x0db: bad\\x1b[2J\\nerror: forged\n  while \\x08\n  hint: \\x07\n");
}

TEST(Error, IsNoLongerThanAPersonReads) {
  const auto rendered = Error(Exit::trust, "bad '" + std::string(5'000'000, 'x') + "'").render();
  EXPECT_EQ(rendered,
            "error: bad '" + std::string(995, 'x') + " [4998006 bytes more] " + std::string(999, 'x') + "'\n");
  EXPECT_EQ(Error(Exit::trust, std::string(2000, 'x')).render(), "error: " + std::string(2000, 'x') + "\n");
}

TEST(Error, IsPlacedOnce) {
  Error error(Exit::trust, "x");
  error.place_if_none("first");
  error.place_if_none("second");
  EXPECT_EQ(error.place(), "first");
}

TEST(Error, GainsFramesOnItsWay) {
  const auto error = error_of(
      [] { while_doing("outer", [] { while_doing("inner", []() -> int { throw Error(Exit::network, "x"); }); }); });
  EXPECT_THAT(error.frames(), testing::ElementsAre("inner", "outer"));
  EXPECT_EQ(error.code(), Exit::network);
  EXPECT_EQ(while_doing("nothing", [] { return 7; }), 7);
}

}  // namespace
}  // namespace debone::base
