#include "debian/relation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::debian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> read(std::string_view text, std::string_view architecture = "amd64") {
  std::vector<std::string> clauses;
  for (const auto& clause : parse_relations(text, architecture)) clauses.push_back(str(clause));
  return clauses;
}

std::string message_for(std::string_view text) {
  try {
    parse_relations(text, "amd64");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.message();
  }
  return "accepted";
}

TEST(Relations, AreReadAsPolicyWritesThem) {
  EXPECT_THAT(
      read("libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0, perl:any, python3:native (= 3.11-1), g++"),
      ElementsAre("libc6 (>= 2.36)", "debconf (>= 0.5) | debconf-2.0", "perl:any", "python3:native (= 3.11-1)", "g++"));
  EXPECT_THAT(read("a(<<1),b( <=2 )|c (>>3)\n , d\n (= 1:4-5)"),
              ElementsAre("a (<< 1)", "b (<= 2) | c (>> 3)", "d (= 1:4-5)"));
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_THAT(read("  \n"), IsEmpty());
  EXPECT_THAT(read("a, , b,"), ElementsAre("a", "b"));
}

TEST(Relations, TakeDpkgsOldSigns) { EXPECT_THAT(read("a (< 1), b (> 1)"), ElementsAre("a (<= 1)", "b (>= 1)")); }

TEST(Relations, KeepToTheArchitecture) {
  EXPECT_THAT(read("a [amd64 arm64], b [arm64], c [!arm64], d [!amd64 !i386] | e, f [linux-any], g [any-amd64]"),
              ElementsAre("a", "c", "e", "f", "g"));
  EXPECT_THAT(read("b (>= 1) [arm64]", "arm64"), ElementsAre("b (>= 1)"));
}

TEST(Relations, AreRefusedWhereTheyAreMalformed) {
  EXPECT_EQ(message_for("a |"), "bad relation 'a |': no valid package name");
  EXPECT_EQ(message_for("a, ${misc:Depends}"), "bad relation '${misc:Depends}': no valid package name");
  EXPECT_EQ(message_for("../a"), "bad relation '../a': no valid package name");
  EXPECT_EQ(message_for("a:"), "bad relation 'a:': no valid architecture after the colon");
  EXPECT_EQ(message_for("a (>= 1"), "bad relation 'a (>= 1': no ')'");
  EXPECT_EQ(message_for("a (1)"), "bad relation 'a (1)': no comparison in the parentheses");
  EXPECT_EQ(message_for("a (>= )"), "bad version '': it is empty");
  EXPECT_EQ(message_for("a (>= 1_0)"), "bad version '1_0': invalid character in the upstream version");
  EXPECT_EQ(message_for("a b"), "bad relation 'a b': unexpected 'b'");
  EXPECT_EQ(message_for("a (>= 1) (<< 2)"), "bad relation 'a (>= 1) (<< 2)': unexpected '(<< 2)'");
  EXPECT_EQ(message_for("a []"), "bad relation 'a []': an empty list of architectures");
  EXPECT_EQ(message_for("a [!amd64 i386]"), "bad relation 'a [!amd64 i386]': architectures with and without '!'");
  EXPECT_EQ(message_for("a <!nocheck>"), "bad relation 'a <!nocheck>': a binary package has no build profiles");
  std::string alternatives = "a";
  for (int i = 1; i < 1000; ++i) alternatives += " | b";
  EXPECT_EQ(message_for(alternatives), "accepted");
  EXPECT_EQ(message_for(alternatives + "| c"), "bad relation 'a': over 1000 alternatives");
  EXPECT_EQ(message_for(std::string(255, 'a')), "accepted");
  EXPECT_EQ(message_for(std::string(256, 'a')), "bad relation '" + std::string(256, 'a') + "': no valid package name");
}

TEST(Relation, AdmitsVersions) {
  const auto admits = [](std::string_view relation, std::string_view version) {
    return parse_relations(relation, "amd64")[0][0].admits(Version::parse(version));
  };
  EXPECT_TRUE(admits("a", "0"));
  EXPECT_TRUE(admits("a (= 1.0)", "1.0-0"));
  EXPECT_TRUE(admits("a (>= 1.0)", "1.0"));
  EXPECT_FALSE(admits("a (>= 1.0)", "1.0~rc1"));
  EXPECT_FALSE(admits("a (>> 1.0)", "1.0-0"));
  EXPECT_TRUE(admits("a (<< 1.0)", "1.0~"));
  EXPECT_FALSE(admits("a (<< 1.0)", "1.0"));
  EXPECT_TRUE(admits("a (<= 1.0)", "1.0"));
}

}  // namespace
}  // namespace debone::debian
