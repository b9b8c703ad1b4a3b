#include "debian/package_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::debian {
namespace {

std::string message_for(const std::string& text) {
  try {
    parse_package(text, "amd64");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.message();
  }
  return "accepted";
}

constexpr const char* least = "Package: a\nVersion: 1\nArchitecture: all\n";

TEST(PackageRecord, IsReadFromAStanzaOfAnIndex) {
  const std::string stanza =
      "Package: libc6\nSource: glibc\nVersion: 2.41-12+deb13u5\nInstalled-Size: 12965\nArchitecture: amd64\n"
      "Replaces: libc6-amd64\nProvides: libc6-2.41, libc-any:any (= 2)\nDepends: libgcc-s1\nPre-Depends: x\n"
      "Recommends: libidn2-0 (>= 2.0.5~)\nConflicts: y\nBreaks: a (<< 1), b (<= 2)\nMulti-Arch: same\n"
      "Essential: yes\nProtected: yes\nPriority: optional\nFilename: pool/main/g/glibc/libc6.deb\nSize: 2847220\n"
      "SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const auto record = parse_package(stanza + "\n", "amd64");
  EXPECT_EQ(record.id(), "libc6_2.41-12+deb13u5_amd64");
  EXPECT_EQ(record.source, "glibc");
  EXPECT_EQ(record.source_version.str(), "2.41-12+deb13u5");
  EXPECT_EQ(record.multi_arch, MultiArch::same);
  EXPECT_TRUE(record.essential);
  EXPECT_TRUE(record.is_protected);
  EXPECT_EQ(record.priority, "optional");
  EXPECT_EQ(str(record.pre_depends.at(0)), "x");
  EXPECT_EQ(str(record.depends.at(0)), "libgcc-s1");
  EXPECT_EQ(str(record.conflicts.at(0)), "y");
  EXPECT_EQ(record.breaks.size(), 2U);
  EXPECT_EQ(str(record.replaces.at(0)), "libc6-amd64");
  ASSERT_EQ(record.provides.size(), 2U);
  EXPECT_EQ(record.provides[1].str(), "libc-any:any (= 2)");
  EXPECT_EQ(record.installed_size, 12965U * 1024U);
  EXPECT_EQ(record.filename, "pool/main/g/glibc/libc6.deb");
  EXPECT_EQ(record.size, 2847220U);
  EXPECT_TRUE(record.sha256);
  EXPECT_EQ(record.stanza, stanza);
}

TEST(PackageRecord, HasItsSourcesVersion) {
  const auto record =
      parse_package("Package: gcc\nSource: gcc-defaults (1.220)\nVersion: 4:14.2.0-1\nArchitecture: amd64", "amd64");
  EXPECT_EQ(record.source, "gcc-defaults");
  EXPECT_EQ(record.source_version.str(), "1.220");
  EXPECT_EQ(record.version.str(), "4:14.2.0-1");
}

TEST(PackageRecord, MaySayLittle) {
  const auto record = parse_package(least, "amd64");
  EXPECT_EQ(record.source, "a");
  EXPECT_EQ(record.source_version.str(), "1");
  EXPECT_EQ(record.multi_arch, MultiArch::no);
  EXPECT_FALSE(record.essential);
  EXPECT_FALSE(record.sha256);
  EXPECT_EQ(record.size, 0U);
}

TEST(PackageRecord, IsRefusedWhereItIsMalformed) {
  EXPECT_EQ(message_for("Version: 1\nArchitecture: all"), "no field 'Package' in the stanza");
  EXPECT_EQ(message_for("Package: a\nArchitecture: all"), "no field 'Version' in the stanza");
  EXPECT_EQ(message_for("Package: a\nVersion: 1"), "no field 'Architecture' in the stanza");
  EXPECT_EQ(message_for("Package: ../a\nVersion: 1\nArchitecture: all"), "bad Package '../a'");
  EXPECT_EQ(message_for("Package:\nVersion: 1\nArchitecture: all"), "bad Package ''");
  EXPECT_EQ(message_for("Package: a\nVersion: 1 2\nArchitecture: all"),
            "bad version '1 2': invalid character in the upstream version");
  EXPECT_EQ(message_for("Package: a\nVersion: 1\nArchitecture: a/b"), "bad Architecture 'a/b'");
  const std::string rest = least;
  EXPECT_EQ(message_for(rest + "Source: A/B"), "bad Source 'A/B'");
  EXPECT_EQ(message_for(rest + "Source: b (1"), "bad Source 'b (1'");
  EXPECT_EQ(message_for(rest + "Source: b ()"), "bad version '': it is empty");
  EXPECT_EQ(message_for(rest + "Multi-Arch: maybe"), "bad Multi-Arch 'maybe'");
  EXPECT_EQ(message_for(rest + "Installed-Size: -1"), "bad Installed-Size '-1'");
  EXPECT_EQ(message_for(rest + "Installed-Size: 18446744073709551615"), "bad Installed-Size '18446744073709551615'");
  EXPECT_EQ(message_for(rest + "Size: big"), "bad Size 'big'");
  EXPECT_EQ(message_for(rest + "SHA256: abc"), "bad SHA256 'abc'");
  EXPECT_EQ(message_for(rest + "Depends: a (1)"), "bad relation 'a (1)': no comparison in the parentheses");
  EXPECT_EQ(message_for(rest + "Provides: a (>= 1)"), "bad Provides 'a (>= 1)': a name, or a name and (= version)");
  EXPECT_EQ(message_for(rest + "Provides: a | b"), "bad Provides 'a | b': a name, or a name and (= version)");
}

}  // namespace
}  // namespace debone::debian
