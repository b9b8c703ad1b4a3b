#include "run/id_maps.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace debone::run {
namespace {

std::string told(std::string_view text) {
  const auto range = subordinate_ids(text, "alice", "1000");
  return range ? fmt::format("{} to {}, {}", range->inside, range->outside, range->count) : "none";
}

TEST(IdMaps, ReadsSubuidAsItsManPageSays) {
  EXPECT_EQ(told("bob:100000:65536\nalice:165536:65536\n"), "1 to 165536, 65536");
  EXPECT_EQ(told("1000:231072:65536\n"), "1 to 231072, 65536");
  EXPECT_EQ(told("alice:1:2\nalice:5:6\n"), "1 to 1, 2");
  EXPECT_EQ(told(""), "none");
}

TEST(IdMaps, PassesOverMalformedLines) {
  EXPECT_EQ(told("alice\nalice:1\nalice:x:1\nalice:1:0\nalice:1:-1\nalice:1:2:3\nalice:4294967295:1\n"
                 "alice:4294967290:10\nalice:7:8\n"),
            "1 to 7, 8");
  EXPECT_FALSE(subordinate_ids(":1:2\n", "", "1000").has_value());
}

TEST(IdMaps, KnowsWhichIdsAreInside) {
  const IdMaps maps{{{0, 1000, 1}, {1, 100000, 100}}, {{0, 1000, 1}}};
  EXPECT_TRUE(maps.has_user(0));
  EXPECT_TRUE(maps.has_user(100));
  EXPECT_FALSE(maps.has_user(101));
  EXPECT_TRUE(maps.has_group(0));
  EXPECT_FALSE(maps.has_group(1));
  EXPECT_FALSE(maps.only_own());
  EXPECT_TRUE((IdMaps{{{0, 1000, 1}}, {{0, 1000, 1}}}).only_own());
}

TEST(IdMaps, RootNeedsNone) {
  const auto maps = own_id_maps();
  ASSERT_EQ(maps.has_value(), ::geteuid() != 0);
  if (maps) {
    EXPECT_EQ(maps->users.at(0).outside, ::geteuid());
  }
}

}  // namespace
}  // namespace debone::run
