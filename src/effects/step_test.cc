#include "effects/step.h"

#include <gtest/gtest.h>

namespace debone::effects {
namespace {

TEST(Filled, WordsInBraces) {
  const Words words{{"a", "x"}, {"q/x", "{a}"}, {"", "empty"}};
  EXPECT_EQ(filled("{a}{a}.conf", words), "xx.conf");
  EXPECT_EQ(filled("{q/{a}}", words), "{a}");
  EXPECT_EQ(filled("{}", words), "empty");
  EXPECT_EQ(filled("", words), "");
}

TEST(Filled, OtherBracesStay) {
  const Words words{{"a", "x"}};
  EXPECT_EQ(filled("{b}{b {a} c}", words), "{b}{b x c}");
  EXPECT_EQ(filled("{a{a}", words), "{ax");
  EXPECT_EQ(filled("}{a}}{", words), "}x}{");
}

TEST(Filled, BracesInBracesTakeNoLonger) {
  constexpr std::size_t depth = 200'000;
  const auto text = std::string(depth, '{') + "a" + std::string(depth, '}');
  EXPECT_EQ(filled(text, {{"b", "x"}}), text);
}

}  // namespace
}  // namespace debone::effects
