#include "php/constraint.h"

#include <gtest/gtest.h>

#include <string>

namespace debone::php {
namespace {

// Whether exactly that version fits; tests/live/test_new_php_runs.py compares with composer's own judgement.
bool fits(std::string_view constraint, Version version) {
  const auto parsed = Constraint::parse(constraint);
  if (!parsed) {
    ADD_FAILURE() << constraint;
    return false;
  }
  return Constraint::meet({version, {version[0], version[1], version[2] + 1}}, {*parsed});
}

TEST(Constraint, Operators) {
  for (const auto* const yes :
       {"8.2.7", "=8.2.7", "==8.2.7", ">=8.2.7", "> 8.2.6", "<=8.2.7", "<8.2.8", "!=8.2.6", "<>8.2.8", "v8.2.7",
        "8.2.7-stable", "8.2.7@dev", ">=8.2.7-dev", ">8.2.7-RC1", "<8.2.8-alpha1", "8.2.7.0"}) {
    EXPECT_TRUE(fits(yes, {8, 2, 7})) << yes;
  }
  for (const auto* const no :
       {"8.2", "8.2.7.1", ">8.2.7", "<8.2.7", "!=8.2.7", "<8.2.7-dev", "8.2.7-beta2", ">=8.2.7.1", "<=8.2.6"}) {
    EXPECT_FALSE(fits(no, {8, 2, 7})) << no;
  }
}

TEST(Constraint, Ranges) {
  for (const auto* const yes :
       {"^8", "^8.2", "^8.2.7", "~8", "~8.1", "~8.2.3", "8.*", "8.2.*", "8.x", "*", "8.1 - 8.2", "8.2.7 - 8.2.7",
        "8.0.0 - 9", "^7.4 || ^8.0", "^7.4|^8.0", ">=8.1 <8.5", ">=8.1,<8.5", ">= 8.1 , < 8.5"}) {
    EXPECT_TRUE(fits(yes, {8, 2, 7})) << yes;
  }
  for (const auto* const no : {"^7.4", "^8.3", "^8.2.8", "~8.1.0", "~8.2.8", "8.1.*", "8.0 - 8.1", "8.2.0 - 8.2.6",
                               "^7.1 || ^9", ">=8.1 <8.2", "^8.0, !=8.2.7", "^0.8"}) {
    EXPECT_FALSE(fits(no, {8, 2, 7})) << no;
  }
  EXPECT_TRUE(fits("^0.3.1", {0, 3, 9}));
  EXPECT_FALSE(fits("^0.3.1", {0, 4, 0}));
  EXPECT_FALSE(fits("^0.0.3", {0, 0, 4}));
}

TEST(Constraint, SeveralMeetInAVersion) {
  const auto meet = [](std::initializer_list<std::string_view> texts) {
    std::vector<Constraint> all;
    for (const auto text : texts) all.push_back(Constraint::parse(text).value());
    return Constraint::meet({{8, 2, 7}, {8, 3, 0}}, all);
  };
  EXPECT_TRUE(meet({"^8.1", "<8.3", "!=8.2.9"}));
  EXPECT_TRUE(meet({">=8.2.20"}));
  EXPECT_FALSE(meet({"<=8.2.6"})) << "the release began with 8.2.7";
  EXPECT_FALSE(meet({"<8.2.10", ">8.2.10"}));
  EXPECT_TRUE(meet({}));
}

TEST(Constraint, WhatIsNotUnderstood) {
  for (const auto* const text : {"", "  ", "dev-main", "8.2-foo", "8..2", "^", ">=", "8.2.7.1.1", "^8.*", "8.*.1",
                                 "|| 8", "8 ||", "8 | | 8", ",8", "8 - ", "- 8", "8.* - 9", "999999999", "${PHP}"}) {
    EXPECT_FALSE(Constraint::parse(text)) << text;
  }
  EXPECT_FALSE(Constraint::parse(std::string(301, ' ') + "8"));
}

}  // namespace
}  // namespace debone::php
