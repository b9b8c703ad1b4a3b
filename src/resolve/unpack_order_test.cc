#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resolve/solve.h"

namespace debone::resolve {
namespace {

using testing::ElementsAre;

// The names in the order of unpacking, of packages given as stanzas' varying parts.
std::vector<std::string> order_of(const std::vector<std::string>& stanzas) {
  std::string text;
  for (const auto& stanza : stanzas) text += "Package: " + stanza + "\nVersion: 1\nArchitecture: all\n\n";
  const auto index = debian::PackageIndex::parse(text, "amd64", "test");
  std::vector<const debian::PackageRecord*> packages;
  for (const auto& name : index.names()) packages.push_back(&index.at(index.named(name).front()));
  std::vector<std::string> names;
  for (const auto position : unpack_order(packages)) names.push_back(packages[position]->name);
  return names;
}

TEST(UnpackOrder, HasWhatIsNeededFirst) {
  EXPECT_THAT(order_of({"a\nDepends: c", "b", "c\nPre-Depends: d", "d"}), ElementsAre("b", "d", "c", "a"));
  EXPECT_THAT(order_of({"a\nDepends: virtual", "b\nProvides: virtual"}), ElementsAre("b", "a"));
  EXPECT_THAT(order_of({"c", "b", "a"}), ElementsAre("a", "b", "c"));
}

TEST(UnpackOrder, BreaksNothingButCycles) {
  // libc6 and libgcc-s1 need each other; what needs them waits for both all the same.
  EXPECT_THAT(order_of({"adduser\nDepends: libc6", "libc6\nDepends: libgcc-s1", "libgcc-s1\nDepends: gcc-base, libc6",
                        "gcc-base"}),
              ElementsAre("gcc-base", "libc6", "libgcc-s1", "adduser"));
}

TEST(UnpackOrder, KeepsPreDependsWithinACycle) {
  EXPECT_THAT(order_of({"a\nPre-Depends: b", "b\nDepends: a"}), ElementsAre("b", "a"));
  EXPECT_THAT(order_of({"a\nDepends: b", "b\nPre-Depends: a"}), ElementsAre("a", "b"));
  EXPECT_THAT(order_of({"a\nPre-Depends: b", "b\nPre-Depends: a"}), ElementsAre("a", "b"));
}

TEST(UnpackOrder, TakesAChainOfAnyLength) {
  std::vector<std::string> stanzas;
  for (int i = 0; i < 3000; ++i) stanzas.push_back("p" + std::to_string(i) + "\nDepends: p" + std::to_string(i + 1));
  stanzas.emplace_back("p3000");
  const auto order = order_of(stanzas);
  ASSERT_EQ(order.size(), 3001U);
  EXPECT_EQ(order.front(), "p3000");
  EXPECT_EQ(order.back(), "p0");
}

}  // namespace
}  // namespace debone::resolve
