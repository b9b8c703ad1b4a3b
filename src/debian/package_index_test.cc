#include "debian/package_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::debian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PackageIndex index_of(std::string text) { return PackageIndex::parse(std::move(text), "amd64", "main/Packages"); }

std::string error_of(std::string text) {
  try {
    const auto index = index_of(std::move(text));
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
  EXPECT_EQ(index.stanza(0), "Package: zsh\nVersion: 1\nArchitecture: amd64\nProvides: shell");
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
  EXPECT_EQ(error_of("Package: a\nArchitecture: all\nVersion: 1\nX: \x01"),
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
