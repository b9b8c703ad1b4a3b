#include "evidence/dependencies.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::evidence {
namespace {

using ::testing::ElementsAre;

package::Facts facts(const std::string& name, const std::string& fields = "") {
  return {.record = debian::parse_package(fmt::format("Package: {}\nVersion: 2\nArchitecture: amd64\n{}", name, fields),
                                          "amd64"),
          .files = {},
          .control_files = {}};
}

TEST(Dependencies, AreThoseOfAptsClosure) {
  const std::vector<package::Facts> all{
      facts("app", "Pre-Depends: libc (>= 2)\nDepends: libc, awk | gawk, none | mawk, app\n"),
      facts("base-files"),
      facts("gawk"),
      facts("libc"),
      facts("mawk", "Provides: awk\n"),
      facts("nawk", "Provides: awk\n"),
      facts("old", "Depends: libc (>= 3) | libc\n")};
  std::vector<const package::Facts*> pointers;
  for (const auto& one : all) pointers.push_back(&one);
  recipe::Recipe recipe;
  recipe.packages = {{"app", "", "", {}}};
  std::vector<std::string> lines;
  for (const auto& [package, reason] : dependencies(PackageSet(pointers), recipe)) {
    const auto by = reason.by == package ? "" : all[reason.by].record.name + " ";
    lines.push_back(fmt::format("{}: {}{}", all[package].record.name, by, reason.str()));
  }
  EXPECT_THAT(lines,
              ElementsAre("app: the recipe names it", "base-files: every image has it", "libc: app depends on libc",
                          "libc: app depends on libc (>= 2)", "libc: old depends on libc", "mawk: app depends on awk",
                          "mawk: app depends on mawk", "nawk: app depends on awk"));
}

TEST(Dependencies, ARequestMayBeVirtual) {
  const std::vector<package::Facts> all{facts("mawk", "Provides: awk\n")};
  recipe::Recipe recipe;
  recipe.packages = {{"awk", "", "", {}}};
  const auto found = dependencies(PackageSet({&all[0]}), recipe);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reason.rule, Rule::recipe);
}

}  // namespace
}  // namespace debone::evidence
