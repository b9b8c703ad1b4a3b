#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace debone::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Text, Trims) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, TrimsTheFrontOfALine) {
  EXPECT_EQ(trim_front(" \t\r\f\v a "), "a ");
  EXPECT_EQ(trim_front("\n a"), "\n a");
  EXPECT_EQ(trim_front(" \t"), "");
  EXPECT_EQ(trim_front(""), "");
}

TEST(Text, ReplacesAll) {
  std::string text = "aXXbX";
  replace_all(text, "X", "XY");
  EXPECT_EQ(text, "aXYXYbXY");
  replace_all(text, "XY", "");
  EXPECT_EQ(text, "ab");
  replace_all(text, "c", "d");
  EXPECT_EQ(text, "ab");
}

TEST(Text, Splits) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(words(" a\tb\n\nc "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(words(" "), IsEmpty());
  EXPECT_THAT(lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines(""), IsEmpty());
  EXPECT_THAT(lines("\n"), ElementsAre(""));
}

TEST(Text, Joins) {
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, LowersAsciiAlone) { EXPECT_EQ(lower("AbZ\xC3\x84"), "abz\xC3\x84"); }

TEST(Text, ParsesNumbers) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_octal("0755"), 0755U);
  for (const auto* text : {"", "+1", "-1", " 1", "1 ", "1x", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_octal("8"), std::nullopt);
  EXPECT_TRUE(is_hex("09afAF"));
  EXPECT_FALSE(is_hex("0g"));
}

TEST(Text, ShowsNoControlCharacters) {
  EXPECT_EQ(printable("a\n\t\r\x1b[31m\x7f"), "a\\n\\t\\x0d\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80");
}

TEST(Text, ShowsBrokenAndTurningUtf8AsBytes) {
  EXPECT_EQ(printable("\xC3"), "\\xc3");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf");                    // overlong '/'
  EXPECT_EQ(printable("\xE0\x80\xAF"), "\\xe0\\x80\\xaf");           // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b");                    // CSI in C1
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\xe2\\x80\\xae");           // right-to-left override
  EXPECT_EQ(printable("\xE2\x81\xA6"), "\\xe2\\x81\\xa6");           // an isolate
}

TEST(Text, FindsTheNearest) {
  const std::vector<std::string> names{"libssl3", "libssl3t64", "nginx", "paths"};
  EXPECT_EQ(nearest("libssl", names), "libssl3");
  EXPECT_EQ(nearest("pahts", {"paths"}), "paths");  // two neighbours swapped are one change
  EXPECT_EQ(nearest("biuld", {"run", "build"}), "build");
  EXPECT_EQ(nearest("sapth", {"paths"}), std::nullopt);
  EXPECT_EQ(nearest("path", names), "paths");
  EXPECT_EQ(nearest("ngnix-x", names), std::nullopt);
  EXPECT_EQ(nearest("ab", {"xb", "ax"}), "xb");
  EXPECT_EQ(nearest("apache", names), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(200, 'x'), {std::string(201, 'x')}), std::string(201, 'x'));
  EXPECT_EQ(nearest(std::string(201, 'x'), {std::string(201, 'x')}), std::nullopt);
}

TEST(Text, TellsSizes) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.00 kB");
  EXPECT_EQ(human_size(16'060'000), "16.1 MB");
  EXPECT_EQ(human_size(812'400), "812 kB");
  EXPECT_EQ(human_size(999'499), "999 kB");
  EXPECT_EQ(human_size(999'500), "1.00 MB");
  EXPECT_EQ(human_size(2'000'000'000'000), "2.00 TB");
}

TEST(Text, TellsTimes) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_time(1'795'484'523), "2026-11-24T01:42:03Z");
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(iso_time(253'402'300'799), "9999-12-31T23:59:59Z");
  for (const std::int64_t time : {0LL, 1'795'484'523LL, -1LL, 253'402'300'799LL, -62'167'219'200LL}) {
    EXPECT_EQ(parse_iso_time(iso_time(time)), time);
  }
  for (const char* text :
       {"", "2026-11-24", "2026-11-24T01:42:03", "2026-02-29T01:42:03Z", "2026-13-01T01:42:03Z", "2026-11-24T24:00:00Z",
        "2026-11-24T23:59:60Z", "2026-11-24 01:42:03Z", "+026-11-24T01:42:03Z"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace debone::base
