#include "evidence/shipped.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/test_packages.h"

namespace debone::evidence {
namespace {

using package::Facts;
using testing::directory;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::link;
using testing::text;

Facts with(std::vector<package::File> files) {
  Facts facts;
  facts.files = std::move(files);
  return facts;
}

TEST(Shipped, KnowsEveryPathByItsMergedName) {
  const auto a = with({directory(""), text("lib/x/y"), text("opt/z")});
  const auto b = with({directory("usr/lib"), text("usr/lib/x/y")});
  const Shipped shipped({&a, nullptr, &b});
  std::vector<std::string> paths;
  for (const auto& place : shipped.places()) paths.push_back(place.path);
  EXPECT_THAT(paths, ElementsAre("opt", "opt/z", "usr", "usr/lib", "usr/lib/x", "usr/lib/x/y"));
  const auto& y = shipped.places()[shipped.find("usr/lib/x/y")];
  ASSERT_EQ(y.entries.size(), 2U);
  EXPECT_EQ(y.entries[1].package, 2U);
  EXPECT_EQ(y.entries[1].file, 1U);
  EXPECT_EQ(y.above, shipped.find("usr/lib/x"));
  const auto& usr = shipped.places()[shipped.find("usr")];
  EXPECT_TRUE(usr.entries.empty());
  EXPECT_EQ(usr.above, Shipped::none);
  EXPECT_THAT(usr.filled_by, ElementsAre(0U, 2U));
  EXPECT_EQ(shipped.find("lib/x"), Shipped::none);
}

TEST(Shipped, FollowsLinks) {
  const auto a = with({link("usr/bin/x", "y"), link("usr/bin/y", "/opt/d/z"), link("opt/d", "../srv"), text("srv/z"),
                       link("bin", "usr/bin"), link("etc/up", "../../../x"), link("etc/round", "round")});
  const Shipped shipped({&a});
  EXPECT_THAT(shipped.way("bin/x"), ElementsAre("usr/bin/x", "usr/bin/y", "opt/d", "srv/z"));
  EXPECT_THAT(shipped.way("opt/d/none/at/all"), ElementsAre("opt/d", "srv/none/at/all"));
  EXPECT_THAT(shipped.way("not/shipped"), ElementsAre("not/shipped"));
  EXPECT_THAT(shipped.way("etc/up"), ElementsAre("etc/up"));
  EXPECT_EQ(shipped.way("etc/round").size(), 41U);
  EXPECT_THAT(shipped.way_of_link("etc/alternatives/x", "/bin/y"), ElementsAre("usr/bin/y", "opt/d", "srv/z"));
  EXPECT_THAT(shipped.way_of_link("etc/x", "../../x"), IsEmpty());
}

TEST(Shipped, ADirectoryOfAnotherPackageIsNoLink) {
  const auto a = with({link("opt/d", "/srv")});
  const auto b = with({directory("opt/d")});
  EXPECT_THAT(Shipped({&a, &b}).way("opt/d/x"), ElementsAre("opt/d/x"));
  EXPECT_THAT(Shipped({&b, &a}).way("opt/d/x"), ElementsAre("opt/d/x"));
}

}  // namespace
}  // namespace debone::evidence
