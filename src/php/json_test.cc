#include "php/json.h"

#include <gtest/gtest.h>

namespace debone::php {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_json(text, "f");
  } catch (const base::Error& error) {
    return error.place() + ": " + error.message();
  }
  return "";
}

TEST(Json, ValuesKnowTheirLines) {
  const auto json =
      parse_json("{\n \"a\": 5\n, \"b\":\n[\"x\\n\\u00e9\",\ntrue, null],\n\"c\": {\"d\": -1.5}\n}\n", "f");
  EXPECT_EQ(json.kind, Json::Kind::object);
  EXPECT_EQ(json.line, 1U);
  EXPECT_EQ(json.find("a")->line, 2U);
  EXPECT_EQ(json.find("b")->line, 4U);
  EXPECT_EQ(json.find("b")->items.at(0).text, "x\n\u00e9");
  EXPECT_EQ(json.find("b")->items.at(0).line, 4U);
  EXPECT_EQ(json.find("b")->items.at(1).kind, Json::Kind::boolean);
  EXPECT_EQ(json.find("b")->items.at(2).line, 5U);
  EXPECT_EQ(json.find("c")->find("d")->kind, Json::Kind::number);
  EXPECT_EQ(json.find("d"), nullptr);
}

TEST(Json, MalformedTextsAreRefusedWhereTheyEnd) {
  EXPECT_EQ(refusal(""), "f:1: malformed JSON");
  EXPECT_EQ(refusal("{\n\"a\": 1,\n}"), "f:3: malformed JSON");
  EXPECT_EQ(refusal("[1]\n[2]"), "f:2: malformed JSON");
  EXPECT_EQ(refusal("{\"a\": \"\xff\"}"), "f:1: malformed JSON");
  EXPECT_EQ(refusal(std::string("[\0]", 3)), "f:1: malformed JSON");
  EXPECT_EQ(refusal("[1e999]"), "f:1: malformed JSON");
}

TEST(Json, AKeyStandsOnce) { EXPECT_EQ(refusal("{\"a\": 1,\n\"a\": 2}"), "f:2: the key 'a' stands twice"); }

TEST(Json, DepthAndNumberAreBounded) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(refusal(nested(json_depth)), "");
  EXPECT_EQ(refusal(nested(json_depth + 1)), "f:1: more than 32 levels");
  EXPECT_EQ(refusal(std::string(1'000'000, '[')), "f:1: more than 32 levels");
  std::string many = "[0";
  for (std::size_t i = 0; i < json_values; ++i) many += ",0";
  EXPECT_EQ(refusal(many + "]"), "f:1: more than 500000 values");
}

}  // namespace
}  // namespace debone::php
