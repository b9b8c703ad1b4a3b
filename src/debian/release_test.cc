#include "debian/release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace debone::debian {
namespace {

using testing::ElementsAre;

constexpr std::string_view hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view other_hash = "0000000000000000000000000000000000000000000000000000000000000001";

std::string message_for(const std::string& text) {
  try {
    parse_release(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.message();
  }
  return "accepted";
}

TEST(Release, IsRead) {
  const auto release = parse_release(
      "Origin: Debian\nLabel: Debian\nSuite: stable\nVersion: 13.8\nCodename: trixie\n"
      "Date: Sat, 08 Nov 2026 10:11:12 UTC\nValid-Until: Sat, 15 Nov 2026 10:11:12 UTC\nAcquire-By-Hash: yes\n"
      "No-Support-for-Architecture-all: Packages\nArchitectures: all amd64 arm64\nComponents: main contrib\n"
      "NotAutomatic: yes\nButAutomaticUpgrades: yes\n"
      "MD5Sum:\n 00000000000000000000000000000000 0 main/binary-amd64/Packages\n"
      "SHA256:\n " +
      std::string(hash) + "        0 main/binary-amd64/Packages\n " + std::string(other_hash) +
      " 123 main/binary-amd64/Packages.xz\n");
  EXPECT_EQ(release.origin, "Debian");
  EXPECT_EQ(release.label, "Debian");
  EXPECT_EQ(release.suite, "stable");
  EXPECT_EQ(release.codename, "trixie");
  EXPECT_EQ(release.version, "13.8");
  EXPECT_EQ(base::iso_time(release.date), "2026-11-08T10:11:12Z");
  EXPECT_EQ(*release.valid_until - release.date, 7 * 24 * 3600);
  EXPECT_THAT(release.architectures, ElementsAre("all", "amd64", "arm64"));
  EXPECT_THAT(release.components, ElementsAre("main", "contrib"));
  EXPECT_TRUE(release.acquire_by_hash);
  EXPECT_TRUE(release.all_in_binary_indexes);
  EXPECT_TRUE(release.not_automatic);
  EXPECT_TRUE(release.but_automatic_upgrades);
  ASSERT_EQ(release.sha256.size(), 2U);
  EXPECT_EQ(release.sha256.at("main/binary-amd64/Packages.xz").sha256.hex(), other_hash);
  EXPECT_EQ(release.sha256.at("main/binary-amd64/Packages.xz").size, 123U);
}

TEST(Release, MaySayLittle) {
  const auto release = parse_release("Date: Thu, 1 Jan 1970 00:00:01 GMT\nSHA256:\n");
  EXPECT_EQ(release.date, 1);
  EXPECT_EQ(release.valid_until, std::nullopt);
  EXPECT_FALSE(release.acquire_by_hash);
  EXPECT_FALSE(release.all_in_binary_indexes);
  EXPECT_TRUE(release.sha256.empty());
}

TEST(Release, IsRefusedWhereItIsMalformed) {
  const std::string date = "Date: Sat, 08 Nov 2026 10:11:12 UTC\n";
  EXPECT_EQ(message_for("SHA256:\n"), "no Date in the Release");
  EXPECT_EQ(message_for("Date: yesterday\nSHA256:\n"), "bad Date 'yesterday' in the Release");
  EXPECT_EQ(message_for(date + "Valid-Until: never\nSHA256:\n"), "bad Valid-Until 'never' in the Release");
  EXPECT_EQ(message_for(date), "no SHA256 list in the Release");
  EXPECT_EQ(message_for(date + "SHA256:\n abc 1 x\n"), "bad line 'abc 1 x' in the Release's SHA256 list");
  EXPECT_EQ(message_for(date + "SHA256:\n " + std::string(hash) + " -1 x\n"),
            "bad line '" + std::string(hash) + " -1 x' in the Release's SHA256 list");
  EXPECT_EQ(message_for(date + "SHA256:\n " + std::string(hash) + " x\n"),
            "bad line '" + std::string(hash) + " x' in the Release's SHA256 list");
  EXPECT_EQ(message_for(date + "SHA256:\n " + std::string(hash) + " 1 x\n " + std::string(other_hash) + " 1 x\n"),
            "'x' stands twice in the Release's SHA256 list");
  EXPECT_EQ(message_for(date + "SHA256:\n\n" + date), "a Release is one stanza, this text has 2");
  EXPECT_EQ(message_for(""), "a Release is one stanza, this text has 0");
}

TEST(ReleaseDate, IsThatOfDate) {
  for (const std::string text :
       {"Sat, 08 Nov 2026 10:11:12 UTC", "Thu, 29 Feb 2024 23:59:59 UTC", "Thu, 1 Jan 1970 00:00:00 UTC",
        "Fri, 31 Dec 1999 23:59:59 GMT", "Tue, 19 Jan 2038 03:14:08 +0000"}) {
    const auto output = base::run_and_capture({"date", "-u", "-d", text.substr(5), "+%s"}, 100);
    EXPECT_EQ(std::to_string(parse_release_date(text).value_or(-1)), base::trim(output.out)) << text;
  }
}

TEST(ReleaseDate, IsRefused) {
  for (const std::string_view text :
       {"", "Sat, 08 Nov 2026", "Sat 08 Nov 2026 10:11:12 UTC", "Sat, 08 Nov 2026 10:11:12 CET",
        "Sat, 08 Nov 2026 10:11:12 +0100", "Sat, 30 Feb 2026 10:11:12 UTC", "Sat, 08 Foo 2026 10:11:12 UTC",
        "Sam, 08 Nov 2026 10:11:12 UTC", "Sat, 08 Nov 26 10:11:12 UTC", "Sat, 08 Nov 2026 24:11:12 UTC",
        "Sat, 08 Nov 2026 10:61:12 UTC", "Sat, 08 Nov 2026 10:11 UTC", "Sat, -8 Nov 2026 10:11:12 UTC",
        "Sat, 08 Nov 2026 10:11:12 UTC UTC", "Sat, 00 Nov 2026 10:11:12 UTC"}) {
    EXPECT_EQ(parse_release_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace debone::debian
