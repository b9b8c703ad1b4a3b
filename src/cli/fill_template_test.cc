#include "cli/fill_template.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::cli {
namespace {

const Blanks blanks{{{"A", "one"}, {"AT", "@A@"}}, {{"LIST", {"x", "y"}}, {"NONE", {}}}};

TEST(FillTemplate, TextsAndLists) {
  EXPECT_EQ(fill_template("a: @A@, @A@\n- @LIST@ of @A@\n- @NONE@\nend\n", blanks),
            "a: one, one\n- x of one\n- y of one\nend\n");
}

TEST(FillTemplate, WhatIsNoBlankStays) {
  EXPECT_EQ(fill_template("@fsockopen('@') a@b @@ @A\n", blanks), "@fsockopen('@') a@b @@ @A\n");
  EXPECT_EQ(fill_template("x@@A@\n", blanks), "x@one\n");
}

TEST(FillTemplate, WhatIsFilledInIsNotLookedAt) { EXPECT_EQ(fill_template("@AT@\n", blanks), "@A@\n"); }

TEST(FillTemplate, ANameThatNothingFillsIsADefect) {
  for (const auto* const text : {"@B@\n", "@LIST@ @NONE@\n"})
    EXPECT_THROW(fill_template(text, blanks), base::Error) << text;
}

}  // namespace
}  // namespace debone::cli
