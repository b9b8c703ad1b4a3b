#include "debian/package_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::debian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PackageIndex index_of(std::string_view text) { return PackageIndex::parse(text, "amd64", "main/Packages"); }

std::string error_of(std::string_view text) {
  try {
    const auto index = index_of(text);
    for (PackageIndex::Id id = 0; id < index.size(); ++id) index.at(id);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.render();
  }
  return "accepted";
}

TEST(PackageIndex, FindsPackagesAndProviders) {
  const auto index = index_of(
      "Package: zsh\nVersion: 1\nArchitecture: amd64\nProvides: shell\n\n"
      "Package: bash\nArchitecture: all\nVersion: 1\nProvides: shell (= 2), sh:any,\n posix-sh,\tshell\n\n\n"
      "Package: arm\nVersion: 1\nArchitecture: arm64\nProvides: shell\n\n"
      "package: zsh\nVERSION: 2\nARCHITECTURE: amd64\nDescription: x\n Provides: nothing\n Package: no\nPackaged: "
      "yes\n");
  EXPECT_EQ(index.size(), 3U);
  EXPECT_THAT(index.named("zsh"), ElementsAre(0, 2));
  EXPECT_THAT(index.named("bash"), ElementsAre(1));
  EXPECT_THAT(index.named("arm"), IsEmpty());
  EXPECT_THAT(index.named("zs"), IsEmpty());
  EXPECT_THAT(index.named("zzz"), IsEmpty());
  EXPECT_THAT(index.providing("shell"), ElementsAre(0, 1));
  EXPECT_THAT(index.providing("sh"), ElementsAre(1));
  EXPECT_THAT(index.providing("posix-sh"), ElementsAre(1));
  EXPECT_THAT(index.providing("nothing"), IsEmpty());
  EXPECT_THAT(index.names(), ElementsAre("bash", "zsh"));
  EXPECT_EQ(index.at(2).version.str(), "2");
  EXPECT_EQ(&index.at(2), &index.at(2));
}

TEST(PackageIndex, KeepsOfAStanzaWhatARecordIsMadeOf) {
  const auto index = index_of(
      "Package: a\nMaintainer: nobody\nArchitecture: all\nVersion: 1\nDescription: x\n Depends: no\n#note\n more\n"
      "Priority: b\n# a note in it\n c\nTag: y\nSHA256: " +
      std::string(64, '0') + "\nSuggests: d\n");
  EXPECT_EQ(index.at(0).stanza, "Package: a\nArchitecture: all\nVersion: 1\nPriority: b\n# a note in it\n c\nSHA256: " +
                                    std::string(64, '0'));
}

// As debListParser::NewVersion does; "c:any" is a package of its own.
TEST(PackageIndex, KnowsTheOrderInWhichNamesAreMet) {
  const auto index = index_of(
      "Package: a\nVersion: 1\nArchitecture: all\nDescription: late z0\nProvides: z9\nEnhances: z8\nReplaces: z7\n"
      "Suggests: z6\nRecommends: z5\nBreaks: z4\nConflicts: z3\nDepends: z1 (>= 1) | z2:amd64,\n z2b\nPre-Depends: "
      "z0\n\n"
      "Package: b\nVersion: 1\nArchitecture: all\nDepends: c:any, d\n");
  std::uint32_t next = 0;
  for (const auto* const name : {"a", "z0", "z1", "z2", "z2b", "z3", "z4", "z5", "z6", "z7", "z8", "z9", "b", "d"}) {
    EXPECT_EQ(index.first_mention(name), next++) << name;
  }
  EXPECT_EQ(index.first_mention("late"), std::nullopt);
  EXPECT_EQ(index.first_mention("c"), std::nullopt);
}

TEST(PackageIndex, CanBeKeptAndOpenedAgain) {
  const auto first = PackageIndex::parse(
      "Package: a\nVersion: 1\nArchitecture: all\nProvides: b, b\nEssential: yes\n\n"
      "Package: c\nVersion: 2\nArchitecture: amd64\nDepends: a\n",
      "amd64", "place", "sha256:1");
  const std::string bytes(first.compiled());
  const auto again = PackageIndex::open(bytes, "amd64", "place", "sha256:1");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->compiled(), bytes);
  EXPECT_EQ(again->size(), 2U);
  EXPECT_THAT(again->named("c"), ElementsAre(1));
  EXPECT_THAT(again->providing("b"), ElementsAre(0));
  EXPECT_THAT(again->essential(), ElementsAre(0));
  EXPECT_THAT(again->names(), ElementsAre("a", "c"));
  EXPECT_EQ(again->at(1).depends.size(), 1U);
  EXPECT_EQ(again->first_mention("b"), 1U);
  // It is that index alone, for that architecture.
  EXPECT_FALSE(PackageIndex::open(bytes, "amd64", "place", "sha256:2"));
  EXPECT_FALSE(PackageIndex::open(bytes, "arm64", "place", "sha256:1"));
}

// Whatever byte of it changes, it is opened and used within its bounds, or not opened.
TEST(PackageIndex, OpensNothingDamaged) {
  const auto index = PackageIndex::parse(
      "Package: a\nVersion: 1\nArchitecture: all\nProvides: b\nEssential: yes\n\n"
      "Package: c\nVersion: 2\nArchitecture: amd64\nDepends: a\n",
      "amd64", "place");
  const std::string bytes(index.compiled());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(PackageIndex::open(bytes.substr(0, size), "amd64", "place", "")) << size;
  }
  EXPECT_FALSE(PackageIndex::open(bytes + "x", "amd64", "place", ""));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {1, 2, 4, 0x80, 0xff}) {
      auto damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const auto opened = PackageIndex::open(std::move(damaged), "amd64", "place", "");
      if (!opened) continue;
      for (const auto& name : opened->names()) opened->named(name);
      for (const auto* const name : {"a", "b", "c"}) {
        opened->providing(name);
        opened->first_mention(name);
      }
      for (PackageIndex::Id id = 0; id < opened->size(); ++id) {
        try {
          opened->at(id);
        } catch (const base::Error& error) {
          EXPECT_EQ(error.code(), base::Exit::trust);
        }
      }
    }
  }
}

TEST(PackageIndex, MayBeEmpty) {
  EXPECT_EQ(index_of("").size(), 0U);
  EXPECT_EQ(index_of("\n\n").size(), 0U);
  EXPECT_THAT(index_of("").named("a"), IsEmpty());
}

TEST(PackageIndex, StaysValidWhenMoved) {
  auto first = index_of("Package: a\nVersion: 1\nArchitecture: all\n");
  const auto second = std::move(first);
  EXPECT_THAT(second.named("a"), ElementsAre(0));
  EXPECT_EQ(second.at(0).name, "a");
}

TEST(PackageIndex, RefusesHostileText) {
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\n\nVersion: 1\n"),
            "error: main/Packages: no field 'Package' in stanza 2\n");
  EXPECT_EQ(error_of("Package: a\nVersion: 1\n"), "error: main/Packages: no field 'Architecture' in stanza 1 (a)\n");
  EXPECT_EQ(error_of(std::string("Package: a\0\n", 12)), "error: main/Packages: NUL byte in the index\n");
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\nX: " + std::string(1U << 20U, 'x')),
            "error: main/Packages: stanza 1 is over 1048576 bytes long\n");
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\nSource: \x01"),
            "error: main/Packages: control character 0x01 in the stanza\n"
            "  while reading the stanza that begins 'Package: a'\n");
  // A line of blanks divides stanzas for some readers and not for others: it is refused, so that nobody can be fooled.
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\n \nPackage: b\nVersion: 1\n"),
            "error: main/Packages: blank line inside a stanza\n  while reading the stanza that begins 'Package: a'\n");
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\nPackage: b\n"),
            "error: main/Packages: field 'Package' stands twice in the stanza\n"
            "  while reading the stanza that begins 'Package: a'\n");
}

}  // namespace
}  // namespace debone::debian
