#include "resolve/solv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::resolve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A judged archive: stanzas' varying parts, "NAME VERSION" and fields.
class Archive {
 public:
  explicit Archive(const std::vector<std::string>& stanzas) {
    for (const auto& stanza : stanzas) {
      const auto blank = stanza.find(' ');
      const auto end = std::min(stanza.find('\n'), stanza.size());
      records_.push_back(debian::parse_package("Package: " + stanza.substr(0, blank) +
                                                   "\nVersion: " + stanza.substr(blank + 1, end - blank - 1) +
                                                   stanza.substr(end) + "\nArchitecture: amd64\n",
                                               "amd64"));
    }
  }

  Verdict solve(const std::vector<std::size_t>& wanted, const std::vector<std::size_t>& favoured = {}) const {
    std::vector<JudgedPackage> packages;
    for (const auto& record : records_) {
      packages.push_back({&record, {}});
      for (const auto& provided : record.provides) packages.back().provides.push_back(&provided);
    }
    return solve_sat(packages, wanted, favoured, "amd64");
  }

 private:
  std::vector<debian::PackageRecord> records_;
};

TEST(SolveSat, InstallsWhatIsNeeded) {
  const Archive archive({"a 1\nDepends: b (>= 2)", "b 2\nPre-Depends: c:any", "c 1\nMulti-Arch: allowed", "d 1"});
  EXPECT_THAT(archive.solve({0}).installed, ElementsAre(0, 1, 2));
  EXPECT_THAT(archive.solve({3}).installed, ElementsAre(3));
  EXPECT_THAT(archive.solve({}).installed, IsEmpty());
}

TEST(SolveSat, FollowsFavour) {
  const Archive archive({"a 1\nDepends: b | c", "b 1", "c 1"});
  EXPECT_THAT(archive.solve({0}, {1}).installed, ElementsAre(0, 1));
  EXPECT_THAT(archive.solve({0}, {2}).installed, ElementsAre(0, 2));
}

// libsolv by itself holds 1.0-0 for later than 1.0 and 1.0 for later than "1.".
TEST(SolveSat, OrdersVersionsAsDpkgDoes) {
  for (const std::string relation : {"(= 1.0)", "(<= 1.0)", "(>= 1.0-0)", "(= 1.)", "(<= 1.)", "(>> 1.0-0~)"}) {
    const Archive archive({"a 1\nDepends: b " + relation, "b 1.0-0"});
    EXPECT_THAT(archive.solve({0}).installed, ElementsAre(0, 1)) << relation;
  }
  for (const std::string relation : {"(>> 1.0)", "(<< 1.0-0)", "(>= 1.0-0.1)", "(<< 1.)"}) {
    const Archive archive({"a 1\nDepends: b " + relation, "b 1.0-0"});
    EXPECT_FALSE(archive.solve({0}).problems.empty()) << relation;
  }
}

TEST(SolveSat, HoldsToDebiansRulesForProvides) {
  const Archive archive({"a 1\nDepends: v (>= 1)", "b 1\nProvides: v", "c 1\nProvides: v (= 1)\nConflicts: v"});
  EXPECT_THAT(archive.solve({0}).installed, ElementsAre(0, 2));  // c does not conflict with itself
  EXPECT_FALSE(archive.solve({1, 2}).problems.empty());
}

TEST(SolveSat, SaysWhatIsUnmet) {
  const auto verdict =
      Archive({"a 1\nDepends: b", "b 1\nDepends: x, c (>= 2) | d:any", "c 1", "d 1", "x 1"}).solve({0});
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_THAT(verdict.installed, IsEmpty());
  EXPECT_EQ(verdict.problems[0].kind, Problem::Kind::unmet);
  EXPECT_EQ(verdict.problems[0].package, 1U);
  EXPECT_EQ(verdict.problems[0].relation, "Depends: c (>= 2) | d:any");
}

TEST(SolveSat, SaysWhatConflicts) {
  const auto verdict = Archive({"a 1\nDepends: b, c", "b 1", "c 1\nBreaks: b (<< 2)"}).solve({0});
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_EQ(verdict.problems[0].kind, Problem::Kind::conflict);
  EXPECT_EQ(verdict.problems[0].package, 2U);
  EXPECT_EQ(verdict.problems[0].other, 1U);
  EXPECT_EQ(verdict.problems[0].relation, "Breaks: b (<< 2)");
}

}  // namespace
}  // namespace debone::resolve
