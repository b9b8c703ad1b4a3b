#include "evidence/graph.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::evidence {
namespace {

using ::testing::ElementsAre;

Evidence root(std::size_t package) { return {package, {Rule::recipe, package, "", ""}}; }

Evidence shows(std::size_t by, std::size_t package, Rule rule = Rule::needed, std::string file = "f",
               std::string what = "w") {
  return {package, {rule, by, std::move(file), std::move(what)}};
}

// "0 needed f w" and the like, "-" for none.
std::vector<std::string> nearest(const std::vector<Evidence>& evidence, std::size_t packages) {
  std::vector<std::string> lines;
  for (const auto& reason : nearest_reasons(evidence, packages))
    lines.push_back(reason ? fmt::format("{} {} {}", reason->by, reason->file, reason->str()) : "-");
  return lines;
}

TEST(Graph, TheShortestChainStandsForAPackage) {
  // 0 -> 1 -> 2 -> 3, and 0 -> 3; 4 leads nowhere, 5 to itself alone.
  EXPECT_THAT(
      nearest({root(0), shows(0, 1), shows(1, 2), shows(2, 3), shows(0, 3), root(4), shows(3, 0), shows(5, 5)}, 6),
      ElementsAre("0  the recipe names it", "0 f needs w", "1 f needs w", "0 f needs w", "4  the recipe names it",
                  "-"));
}

TEST(Graph, AChainOfNeedsStandsBeforeAShorterOneWithAGuess) {
  EXPECT_THAT(nearest({root(0), shows(0, 1), shows(1, 2), shows(0, 2, Rule::data)}, 3),
              ElementsAre("0  the recipe names it", "0 f needs w", "1 f needs w"));
  // One guess at the end is no better than one at the beginning; then steps count.
  EXPECT_THAT(
      nearest({root(0), shows(0, 1, Rule::modules), shows(1, 2), shows(0, 3), shows(3, 4), shows(4, 2, Rule::data)},
              5)[2],
      "1 f needs w");
}

TEST(Graph, TiesGoToTheStrongerRuleThenByName) {
  EXPECT_THAT(nearest({root(0), root(1), shows(1, 2), shows(0, 2, Rule::needed, "g"), shows(0, 2, Rule::linked, "a"),
                       shows(0, 2, Rule::needed, "f", "/lib64/ld.so"), shows(0, 2, Rule::needed, "f", "libc.so.6")},
                      3)[2],
              "0 f needs libc.so.6");
}

TEST(Graph, WhatGoesWithAPackage) {
  // 0 names 1 and 2, both need 3; 1 alone needs 4, which needs 5, which needs 4.
  const std::vector<Evidence> evidence{root(0),     shows(0, 1), shows(0, 2), shows(1, 3), shows(2, 3),
                                       shows(1, 4), shows(4, 5), shows(5, 4), root(6),     shows(7, 7)};
  EXPECT_THAT(sizes_gone(evidence, {1, 10, 100, 1000, 10000, 100000, 7, 9}),
              ElementsAre(111111, 110010, 100, 1000, 110000, 100000, 7, 0));
}

TEST(Graph, APackageThatTheRecipeNamesTooStays) {
  EXPECT_THAT(sizes_gone({root(0), root(1), shows(0, 1)}, {1, 10}), ElementsAre(1, 10));
}

}  // namespace
}  // namespace debone::evidence
