#include "init/expand.h"

#include <gtest/gtest.h>

#include "init/failure.h"

namespace debone::init {
namespace {

Environment environment() {
  const char* variables[] = {"A=one", "EMPTY=", "A=two", "B_2=$A", "broken", nullptr};
  return Environment(variables);
}

template <typename Fn>
std::string refusal(Fn fn) {
  try {
    fn();
  } catch (const Failure& failure) {
    return failure.message;
  }
  return "accepted";
}

std::string word(std::string_view text) { return expand_word(text, environment()); }
std::string templ(std::string_view text) { return expand_template(text, environment()); }

TEST(Expand, Words) {
  EXPECT_EQ(word("$A-${A}-$A$A"), "one-one-oneone");
  EXPECT_EQ(word("$B_2"), "$A");  // not expanded again
  EXPECT_EQ(word("a$$b$$$A"), "a$b$one");
  EXPECT_EQ(word("${NONE:-x y}${EMPTY:-z}${A:-no}${NONE:-}"), "x yzone");
  EXPECT_EQ(word("[$EMPTY]"), "[]");
  EXPECT_EQ(refusal([] { word("$NONE"); }), "the variable NONE is not set");
  EXPECT_EQ(refusal([] { word("cost: $"); }), "a '$' alone; '$$' is a dollar sign");
  EXPECT_EQ(refusal([] { word("$1"); }), "a '$' alone; '$$' is a dollar sign");
  EXPECT_EQ(refusal([] { word("${A"); }), "'${' is not closed by '}'");
  EXPECT_EQ(refusal([] { word("${A:=x}"); }), "'${A:=x}' is neither ${NAME} nor ${NAME:-default}");
  EXPECT_EQ(refusal([] { check_word("${}"); }), "'${}' is neither ${NAME} nor ${NAME:-default}");
  EXPECT_EQ(refusal([] { check_word("$NONE"); }), "accepted");
}

TEST(Expand, TemplatesLeaveOtherDollarsAlone) {
  EXPECT_EQ(templ("proxy $uri ${A} $$ $${A} ${NONE:-d}"), "proxy $uri one $$ ${A} d");
  EXPECT_EQ(templ(""), "");
  EXPECT_EQ(refusal([] { templ("a\nb ${NONE}\n"); }), "line 2: the variable NONE is not set");
  EXPECT_EQ(refusal([] { templ("${A}\n\n${"); }), "line 3: '${' is not closed by '}'");
}

TEST(Expand, EnvironmentsAreOrderedAndTheFirstCounts) {
  const auto texts = environment().texts();
  ASSERT_EQ(texts.size(), 3);
  EXPECT_EQ(texts[0], "A=one");
  EXPECT_TRUE(environment().has("A"));
  EXPECT_FALSE(environment().has("EMPTY"));
}

}  // namespace
}  // namespace debone::init
