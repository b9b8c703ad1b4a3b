// Indexes made to take a resolver's time and memory: each is answered, or refused with a limit's error, in a moment.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "resolve/solve.h"

// What libsolv's search held when it was left is lost (solv.cc); for this name see the sanitizer's
// lsan_interface.h.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libsolv.so\n";
}  // NOLINT(bugprone-reserved-identifier)

namespace debone::resolve {
namespace {

std::string stanza(const std::string& name, const std::string& fields = "", int version = 1) {
  return fmt::format("Package: {}\nVersion: {}\nArchitecture: all\n{}\n", name, version, fields);
}

// "PREFIX0, PREFIX1, ..."
std::string list(int count, std::string_view prefix, std::string_view separator = ", ") {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{}{}{}", i == 0 ? "" : separator, prefix, i);
  return text;
}

// The number of packages, or the error.
std::string solved(const std::string& text) {
  const auto index = debian::PackageIndex::parse(text, "amd64", "test");
  try {
    return std::to_string(
        solve({{"a", {}, {}, {"r.yaml", 1, 5}}}, {}, {{.index = &index, .label = "test"}}, "amd64").packages.size());
  } catch (const base::Error& error) {
    return error.render();
  }
}

constexpr std::string_view too_many =
    "error: the packages relate to one another in over 5000000 ways, more than any archive's do\n"
    "  hint: an index may be broken, or made to take this machine's memory\n";

TEST(HostileIndex, HasAStanzaThatProvidesAndOneThatNeedsFiftyThousandNames) {
  constexpr int many = 50'000;
  EXPECT_EQ(
      solved(stanza("a", "Depends: " + list(many, "x") + "\n") + stanza("b", "Provides: " + list(many, "x") + "\n")),
      "2");
}

TEST(HostileIndex, HasThousandsOfAlternatives) {
  EXPECT_EQ(solved(stanza("a", "Depends: " + list(1001, "x", " | ") + "\n")),
            "error: test: bad relation 'x0': over 1000 alternatives\n"
            "  while reading the stanza that begins 'Package: a'\n");
  std::string text;
  for (int i = 0; i < 1000; ++i) text += stanza(fmt::format("x{}", i), fmt::format("Depends: none-{}\n", i));
  EXPECT_EQ(
      solved(text + stanza("a", "Depends: " + list(1000, "x", " | ") + "\n")),
      "error: r.yaml:1:5: 'x0' 1 cannot be installed: nothing meets 'Depends: none-0' (no source has 'none-0'); 'x1' 1 "
      "cannot be installed: nothing meets 'Depends: none-1' (no source has 'none-1'); 'x2' 1 cannot be installed: "
      "nothing meets 'Depends: none-2' (no source has 'none-2'); and many more such\n"
      "  while resolving a -> x0\n"
      "  hint: add a source that has what is missing, or leave out 'a'\n");
}

TEST(HostileIndex, HasManyProvidersOfManyRelations) {
  std::string text;
  std::string relations;
  for (int i = 0; i < 3000; ++i) {
    text += stanza(fmt::format("c{}", i), "Provides: x (= 9999)\n");
    relations += fmt::format("{}x (>= {})", i == 0 ? "" : ", ", i);
  }
  EXPECT_EQ(solved(text + stanza("a", "Depends: " + relations + "\n")), too_many);
}

TEST(HostileIndex, HasPackagesThatAllExcludeOneAnother) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += stanza(fmt::format("c{}", i), "Provides: x\nConflicts: x\n");
  EXPECT_EQ(solved(text + stanza("a", "Depends: " + list(3000, "c") + "\n")), too_many);
}

TEST(HostileIndex, HasAChainWhoseEndIsMissing) {
  std::string text = stanza("a", "Depends: p0\n");
  constexpr int many = 20'000;
  for (int i = 0; i < many; ++i) text += stanza(fmt::format("p{}", i), fmt::format("Depends: p{}\n", i + 1));
  EXPECT_EQ(
      solved(text),
      "error: r.yaml:1:5: 'p19999' 1 cannot be installed: nothing meets 'Depends: p20000' (no source has 'p20000')\n"
      "  while resolving a -> p0 -> p1 -> p2 -> p3 -> (19991 packages) -> p19995 -> p19996 -> p19997 -> p19998 -> "
      "p19999\n"
      "  hint: add a source that has what is missing, or leave out 'a'\n");
}

// More pigeons than holes: no resolver of this kind sees that without trying them all.
TEST(HostileIndex, HasARiddle) {
  constexpr int pigeons = 12;
  std::string text;
  std::string needs;
  for (int i = 0; i < pigeons; ++i) {
    needs += (i == 0 ? "" : ", ") + list(pigeons - 1, fmt::format("p{}-", i), " | ");
    for (int hole = 0; hole < pigeons - 1; ++hole) {
      std::string others;
      for (int j = 0; j < pigeons; ++j) {
        if (j != i) others += fmt::format("{}p{}-{}", others.empty() ? "" : ", ", j, hole);
      }
      text += stanza(fmt::format("p{}-{}", i, hole), "Conflicts: " + others + "\n");
    }
  }
  EXPECT_EQ(solved(text + stanza("a", "Depends: " + needs + "\n")),
            "error: no answer is found: what the packages need and exclude is too entangled\n"
            "  hint: name the packages that are to be chosen where there are alternatives, or leave some out\n");
}

// What follows a pin may be tried in two to the power of sixty ways.
TEST(HostileIndex, HasPinsThatLeadNowhere) {
  std::string old;
  std::string suite;
  for (int i = 0; i < 60; ++i) {
    for (const char side : {'l', 'r'}) {
      const auto fields = fmt::format("Depends: l{0} (>= 2) | r{0} (>= 2) | none (>= 2)\n", i + 1);
      old += stanza(fmt::format("{}{}", side, i), fields);
      suite += stanza(fmt::format("{}{}", side, i), fields, 2);
    }
  }
  const auto main = debian::PackageIndex::parse(old, "amd64", "main");
  const auto newer = debian::PackageIndex::parse(suite, "amd64", "newer");
  const std::vector<Available> available{{.index = &main, .label = "main"},
                                         {.index = &newer, .label = "newer", .priority = 1, .suites = {"newer"}}};
  try {
    solve({{"l0", {}, "newer", {"r.yaml", 1, 5}}}, {}, available, "amd64");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(
        error.render(),
        "error: r.yaml:1:5: 'l0' 2 cannot be installed: nothing meets 'Depends: l1 (>= 2) | r1 (>= 2) | none (>= 2)' "
        "(main has 'l1' 1, main has 'r1' 1, no source has 'none')\n"
        "  while resolving l0\n"
        "  hint: l1 2 would do, which newer has at priority 1: write 'l1/newer'\n");
  }
}

}  // namespace
}  // namespace debone::resolve
