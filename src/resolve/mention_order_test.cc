#include "resolve/mention_order.h"

#include <gtest/gtest.h>

#include <limits>

namespace debone::resolve {
namespace {

TEST(MentionOrder, CountsFromStanzasAndRelationsInTheOrderOfTheirReading) {
  const auto first = debian::PackageIndex::parse(
      "Package: a\nVersion: 1\nArchitecture: all\nDescription: late z0\nProvides: z9\nEnhances: z8\nReplaces: z7\n"
      "Suggests: z6\nRecommends: z5\nBreaks: z4\nConflicts: z3\nDepends: z1 (>= 1) | z2:amd64,\n z2b\nPre-Depends: "
      "z0\n\n"
      "Package: b\nVersion: 1\nArchitecture: all\nDepends: c:any, d\n",
      "amd64", "first");
  const auto second = debian::PackageIndex::parse("Package: c\nVersion: 1\nArchitecture: all\n", "amd64", "second");
  MentionOrder order({&first, &second}, "amd64");
  std::size_t last = 0;
  for (const std::string_view name :
       {"a", "z0", "z1", "z2", "z2b", "z3", "z4", "z5", "z6", "z7", "z8", "z9", "b", "d", "c"}) {
    const auto position = order.position(name);
    EXPECT_EQ(position, last) << name;
    last = position + 1;
  }
  EXPECT_EQ(order.position("late"), std::numeric_limits<std::size_t>::max());
}

}  // namespace
}  // namespace debone::resolve
