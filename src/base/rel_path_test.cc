#include "base/rel_path.h"

#include <gtest/gtest.h>

#include <string>

namespace debone::base {
namespace {

RelPath path(std::string_view text) { return RelPath::parse(text).value(); }

TEST(RelPath, CleansWhatItTakes) {
  EXPECT_EQ(path("usr/bin").str(), "usr/bin");
  EXPECT_EQ(path("./usr//./bin/").str(), "usr/bin");
  EXPECT_EQ(path("...").str(), "...");
  EXPECT_EQ(path("a b/\xFF").str(), "a b/\xFF");
  for (const auto* root : {"", ".", "./", "././/"}) EXPECT_TRUE(path(root).is_root()) << root;
  EXPECT_EQ(RelPath::parse_absolute("//usr//bin")->str(), "usr/bin");
  EXPECT_TRUE(RelPath::parse_absolute("/")->is_root());
}

TEST(RelPath, RefusesWhatLeavesItsRoot) {
  for (const auto* text : {"/", "/usr", "..", "a/..", "a/../b", "../a", "./.."}) {
    EXPECT_FALSE(RelPath::parse(text)) << text;
  }
  EXPECT_FALSE(RelPath::parse(std::string_view("a\0b", 3)));
  for (const auto* text : {"", "usr", "/..", "/a/../b"}) EXPECT_FALSE(RelPath::parse_absolute(text)) << text;
}

TEST(RelPath, HasLimits) {
  EXPECT_TRUE(RelPath::parse(std::string(255, 'a')));
  EXPECT_FALSE(RelPath::parse(std::string(256, 'a')));
  std::string longest = "a";
  while (longest.size() < 4095) longest += "/a";
  EXPECT_TRUE(RelPath::parse(longest));
  EXPECT_FALSE(RelPath::parse(longest + "/a"));
}

TEST(RelPath, KnowsItsParts) {
  EXPECT_EQ(path("a/b/c").parent(), path("a/b"));
  EXPECT_EQ(path("a").parent(), RelPath());
  EXPECT_EQ(RelPath().parent(), RelPath());
  EXPECT_EQ(path("a/b").name(), "b");
  EXPECT_EQ(path("a").name(), "a");
  EXPECT_EQ(RelPath().name(), "");
  EXPECT_EQ(path("a/b").absolute(), "/a/b");
  EXPECT_EQ(RelPath().absolute(), "/");
  EXPECT_EQ(path("a") / path("b/c"), path("a/b/c"));
  EXPECT_EQ(RelPath() / path("b"), path("b"));
  EXPECT_EQ(path("a") / RelPath(), path("a"));
}

TEST(RelPath, KnowsWhatItLiesIn) {
  EXPECT_TRUE(path("a/b").is_within(path("a")));
  EXPECT_TRUE(path("a").is_within(path("a")));
  EXPECT_TRUE(path("a").is_within(RelPath()));
  EXPECT_TRUE(RelPath().is_within(RelPath()));
  EXPECT_FALSE(path("ab").is_within(path("a")));
  EXPECT_FALSE(path("a").is_within(path("a/b")));
  EXPECT_FALSE(RelPath().is_within(path("a")));
}

TEST(LinkDestination, FollowsNames) {
  EXPECT_EQ(link_destination(path("usr/bin/sh"), "dash"), path("usr/bin/dash"));
  EXPECT_EQ(link_destination(path("usr/bin/sh"), "../lib/./x/"), path("usr/lib/x"));
  EXPECT_EQ(link_destination(path("usr/bin/sh"), "/etc//alternatives/sh"), path("etc/alternatives/sh"));
  EXPECT_EQ(link_destination(path("usr/bin/sh"), "../.."), RelPath());
  EXPECT_EQ(link_destination(path("bin"), "."), RelPath());
}

TEST(LinkDestination, IsNothingOutsideTheRoot) {
  EXPECT_EQ(link_destination(path("usr/bin/sh"), "../../.."), std::nullopt);
  EXPECT_EQ(link_destination(path("a"), ".."), std::nullopt);
  EXPECT_EQ(link_destination(path("a/b"), "/../x"), std::nullopt);
  EXPECT_EQ(link_destination(path("a/b"), ""), std::nullopt);
  EXPECT_EQ(link_destination(path("a"), std::string(256, 'x')), std::nullopt);
}

}  // namespace
}  // namespace debone::base
