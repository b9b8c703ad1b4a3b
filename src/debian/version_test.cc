#include "debian/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace debone::debian {
namespace {

using Pair = std::pair<std::string, std::string>;

std::string sign(const Pair& pair) {
  const auto order = Version::parse(pair.first) <=> Version::parse(pair.second);
  return order < 0 ? "lt" : order > 0 ? "gt" : "eq";
}

// Runs a shell script over a file of lines; one process start for each dpkg, not for each shell.
std::vector<std::string> answers(const std::string& script, const std::string& input) {
  const base::TempDir folder("version");
  const auto file = folder.path() / "input";
  base::write_file_atomically(file, input);
  const auto output = base::run_and_capture({"sh", "-c", script, "sh", file.string()}, 1 << 20);
  EXPECT_EQ(output.status, 0) << output.err;
  std::vector<std::string> found;
  for (const auto line : base::lines(output.out)) found.emplace_back(line);
  return found;
}

// One dpkg for a claim about each pair: it is asked only whether the order that we found holds.
std::vector<std::string> wrong_by_dpkg(const std::vector<Pair>& pairs) {
  std::string input;
  for (const auto& pair : pairs) input += pair.first + " " + sign(pair) + " " + pair.second + "\n";
  return answers(
      "while read -r a o b; do dpkg --compare-versions \"$a\" $o \"$b\" 2>/dev/null || echo \"$a $o $b\"; done <\"$1\"",
      input);
}

// Versions near each other: pieces that are hard to order, joined at random from a fixed seed.
std::string random_version(std::mt19937& random) {
  static constexpr std::array<const char*, 24> pieces{"0",
                                                      "1",
                                                      "9",
                                                      "10",
                                                      "00",
                                                      "01",
                                                      "a",
                                                      "A",
                                                      "z",
                                                      "rc",
                                                      "~",
                                                      "~~",
                                                      "+",
                                                      ".",
                                                      ".0",
                                                      "-0",
                                                      "-1",
                                                      "-",
                                                      "b",
                                                      "dfsg",
                                                      "+b1",
                                                      "1.0",
                                                      "99999999999999999999",
                                                      ":"};
  static constexpr std::array<const char*, 5> epochs{"", "", "0:", "1:", "01:"};
  std::string text = epochs[random() % epochs.size()];
  const bool has_epoch = !text.empty();
  text += static_cast<char>('0' + random() % 3);
  for (auto count = random() % 5; count > 0; --count) {
    const std::string piece = pieces[random() % pieces.size()];
    const bool may_have_colon = has_epoch && text.find('-') == std::string::npos;
    if (piece != ":" || may_have_colon) text += piece;
  }
  if (text.ends_with('-')) text += '0';
  return text;
}

// dpkg confirms each neighbour in our order of 900 versions; its order being transitive, that settles all their
// 404,550 pairs.
TEST(Version, OrdersAsDpkgDoes) {
  std::mt19937 random(20260);
  std::vector<Version> versions;
  for (int i = 0; i < 300; ++i) {
    const auto text = random_version(random);
    for (const auto* const tail : {"", "0", "~"}) versions.push_back(Version::parse(text + tail));
  }
  std::ranges::sort(versions, [](const auto& a, const auto& b) { return a < b; });
  std::vector<Pair> neighbours;
  for (std::size_t i = 1; i < versions.size(); ++i) neighbours.emplace_back(versions[i - 1].str(), versions[i].str());
  EXPECT_THAT(wrong_by_dpkg(neighbours), testing::IsEmpty());
}

TEST(Version, OrdersWhatScannersGetWrong) {
  const std::vector<Pair> equal{{"1.0", "1.0-0"},  {"0:1", "1"},
                                {"1.0-00", "1.0"}, {"20000000000000000000", "020000000000000000000"},
                                {"1.0", "1.00"},   {"1.", "1.0"}};
  const std::vector<Pair> less{{"1.0-0~", "1.0"},
                               {"1.0~~", "1.0~"},
                               {"1.0~", "1.0"},
                               {"1.0~rc1", "1.0"},
                               {"1.0a", "1.0+"},
                               {"1.0+deb11u4", "1.0+deb11u10"},
                               {"99999999999999999999", "100000000000000000000"},
                               {"9", "1:0"},
                               {"1-1+b1", "1-1+b10"},
                               {"1.0-1", "1.0-1.1"}};
  for (const auto& pair : equal) EXPECT_EQ(sign(pair), "eq") << pair.first << " " << pair.second;
  for (const auto& pair : less) {
    EXPECT_EQ(sign(pair), "lt") << pair.first << " " << pair.second;
    EXPECT_EQ(sign({pair.second, pair.first}), "gt") << pair.first << " " << pair.second;
  }
  EXPECT_THAT(wrong_by_dpkg(equal), testing::IsEmpty());
  EXPECT_THAT(wrong_by_dpkg(less), testing::IsEmpty());
}

TEST(Version, TheEmptyVersionComesFirst) {
  EXPECT_LT(Version(), Version::parse("0"));
  EXPECT_LT(Version(), Version::parse("0~~"));
  EXPECT_EQ(Version(), Version());
}

std::string message_for(std::string_view text) {
  try {
    Version::parse(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.message();
  }
  return "accepted";
}

TEST(Version, RefusesWhatDpkgRefuses) {
  const std::vector<Pair> bad{
      {"", "bad version '': it is empty"},
      {":1", "bad version ':1': the epoch is empty"},
      {"+:1", "bad version '+:1': the epoch is empty"},
      {"a:1", "bad version 'a:1': the epoch is not a number"},
      {"1a:1", "bad version '1a:1': the epoch is not a number"},
      {"2147483648:1", "bad version '2147483648:1': the epoch is too big"},
      {"99999999999999999999999:1", "bad version '99999999999999999999999:1': the epoch is too big"},
      {"1:", "bad version '1:': the upstream version is empty"},
      {"1:-1", "bad version '1:-1': the upstream version is empty"},
      {"1-", "bad version '1-': the revision is empty"},
      {"1-2-", "bad version '1-2-': the revision is empty"},
      {"1_2", "bad version '1_2': invalid character in the upstream version"},
      {"1 2", "bad version '1 2': invalid character in the upstream version"},
      {"1/../2", "bad version '1/../2': invalid character in the upstream version"},
      {"1-a_b", "bad version '1-a_b': invalid character in the revision"},
      {"1-a:b", "bad version '1-a:b': the epoch is not a number"},
      {"\xc3\xa9", "bad version '\xc3\xa9': invalid character in the upstream version"},
  };
  std::string input;
  for (const auto& [text, message] : bad) {
    EXPECT_EQ(message_for(text), message);
    input += text + "\n";
  }
  const auto accepted = answers(
      "while IFS= read -r a; do dpkg --validate-version -- \"$a\" >/dev/null 2>&1 && echo \"$a\"; done <\"$1\"; true",
      input);
  EXPECT_THAT(accepted, testing::IsEmpty());
}

TEST(Version, TakesWhatDpkgTakes) {
  const std::vector<std::string> good{"1",  "0", "2147483647:1", "+1:1", "1:2:3", "1-2-3", "1.0~rc1+dfsg-1~deb13u1+b2",
                                      "1-~"};
  std::string input;
  for (const auto& text : good) {
    EXPECT_EQ(message_for(text), "accepted") << text;
    input += text + "\n";
  }
  const auto accepted = answers(
      "while IFS= read -r a; do dpkg --validate-version -- \"$a\" >/dev/null 2>&1 && echo \"$a\"; done <\"$1\"; true",
      input);
  EXPECT_EQ(accepted, good);
}

TEST(Version, DropsItsEpoch) {
  EXPECT_EQ(Version::parse("2:1.0-1").without_epoch(), "1.0-1");
  EXPECT_EQ(Version::parse("1.0-1").without_epoch(), "1.0-1");
  EXPECT_EQ(Version::parse("2:1:0").without_epoch(), "1:0");
  EXPECT_EQ(Version().without_epoch(), "");
}

}  // namespace
}  // namespace debone::debian
