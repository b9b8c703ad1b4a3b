// What the cases of cases_test.cc do not show: implied names, origins, several components of one source, depth.
#include "resolve/solve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::resolve {
namespace {

debian::PackageIndex index_of(const std::string& text) { return debian::PackageIndex::parse(text, "amd64", "test"); }

std::string stanza(const std::string& name, const std::string& fields = "") {
  return "Package: " + name + "\nVersion: 1\nArchitecture: all\n" + fields + "\n";
}

TEST(Solve, KnowsRequestsFromWhatIsImplied) {
  const auto main = index_of(stanza("app") + stanza("base-files", "Depends: awk\n"));
  const auto contrib = index_of(stanza("mawk", "Provides: awk\n"));
  const std::vector<Available> available{{.index = &main, .label = "trixie", .origin = 7},
                                         {.index = &contrib, .label = "trixie", .origin = 8}};
  const auto solution = solve({{"app", {}, {}, {"r.yaml", 3, 5}}}, {"base-files"}, available, "amd64");
  ASSERT_EQ(solution.packages.size(), 3U);
  EXPECT_EQ(solution.packages[0].package->name, "app");
  EXPECT_EQ(solution.packages[0].origin, 7U);
  EXPECT_EQ(solution.packages[0].reason.by, "");
  EXPECT_EQ(solution.packages[1].reason.relation, "base-files");
  EXPECT_EQ(solution.packages[2].package->name, "mawk");
  EXPECT_EQ(solution.packages[2].origin, 8U);
  EXPECT_EQ(solution.packages[2].reason.by, "base-files");
  EXPECT_EQ(solution.packages[2].reason.relation, "Depends: awk");
}

TEST(Solve, ErrorsNameASourceOnceAndNoPlaceForWhatIsImplied) {
  const auto main = index_of(stanza("app"));
  const std::vector<Available> available{{.index = &main, .label = "trixie"}, {.index = &main, .label = "trixie"}};
  try {
    solve({{"app", {}, {}, {"r.yaml", 3, 5}}}, {"base-files"}, available, "arm64");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::usage);
    EXPECT_EQ(error.render(), "error: no package 'base-files' in trixie for arm64\n");
  }
}

TEST(Solve, SolvesNothingForNothing) { EXPECT_TRUE(solve({}, {}, {}, "amd64").packages.empty()); }

// Deeper than the walk goes: the repair, which does not recurse, has to find it.
TEST(Solve, TakesAChainOfAnyLength) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += stanza("p" + std::to_string(i), "Depends: p" + std::to_string(i + 1) + "\n");
  text += stanza("p5000");
  const auto index = index_of(text);
  const auto solution = solve({{"p0", {}, {}, {}}}, {}, {{.index = &index, .label = "test"}}, "amd64");
  EXPECT_EQ(solution.packages.size(), 5001U);
}

}  // namespace
}  // namespace debone::resolve
