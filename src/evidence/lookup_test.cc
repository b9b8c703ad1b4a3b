#include "evidence/lookup.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/test_packages.h"

namespace debone::evidence {
namespace {

using testing::directory;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::library;
using testing::link;
using testing::program;
using testing::text;

package::Facts facts(std::string name, std::vector<package::File> files, const std::string& fields = "",
                     const std::string& postinst = "") {
  const auto stanza = fmt::format("Package: {}\nVersion: 1\nArchitecture: amd64\n{}", name, fields);
  package::Facts made{.record = debian::parse_package(stanza, "amd64"), .files = std::move(files), .control_files = {}};
  if (!postinst.empty()) made.control_files["postinst"] = postinst;
  return made;
}

std::vector<package::Facts> sample() {
  return {facts("base-files", {link("bin", "usr/bin"), directory("usr/share/doc")}),
          facts("libxml2", {library("usr/lib/x86_64-linux-gnu/libxml2.so.2.9.14", "libxml2.so.2"),
                            link("usr/lib/x86_64-linux-gnu/libxml2.so.2", "libxml2.so.2.9.14"),
                            directory("usr/share/doc/libxml2")}),
          facts("php-cli", {program("usr/bin/php8.4", {}), link("usr/share/php", "../lib/php")}, "Provides: php-api\n",
                "update-alternatives --install /usr/bin/php php /usr/bin/php8.4 84\n"),
          facts("php-common", {directory("usr/lib/php"), text("usr/lib/php/php.ini"), text("etc/php.ini")}),
          facts("tool", {library("lib/libodd.so.1", ""), link("usr/lib/libodd.so.5", "libodd.so.1")})};
}

// "path php-cli usr/bin/php8.4, leads to usr/bin/php8.4", a word a line; or what is near.
std::vector<std::string> told(std::string_view name) {
  const auto packages = sample();
  std::vector<const package::Facts*> pointers;
  for (const auto& each : packages) pointers.push_back(&each);
  const PackageSet set(pointers);
  const auto lookup = look_up(set, name);
  std::vector<std::string> lines;
  for (const auto& found : lookup.found) {
    EXPECT_EQ(found.file.has_value(), lookup.kind != NameKind::package);
    lines.push_back(found.path.empty() ? set.name(found.package) : set.name(found.package) + " " + found.path);
  }
  if (!lookup.leads_to.empty()) lines.push_back("leads to " + lookup.leads_to);
  for (const auto& near : lookup.near) lines.push_back("near " + near);
  return lines;
}

TEST(Lookup, TellsKindsOfNamesApart) {
  EXPECT_EQ(kind_of_name("libxml2"), NameKind::package);
  EXPECT_EQ(kind_of_name("libxml2.so.2"), NameKind::soname);
  EXPECT_EQ(kind_of_name("opcache.so"), NameKind::soname);
  EXPECT_EQ(kind_of_name("/usr/lib/libxml2.so.2"), NameKind::path);
  EXPECT_EQ(kind_of_name("libsong"), NameKind::package);
}

TEST(Lookup, OfPackages) {
  EXPECT_THAT(told("libxml2"), ElementsAre("libxml2"));
  EXPECT_THAT(told("php-api"), ElementsAre("php-cli"));
  EXPECT_THAT(told("libxml3"), ElementsAre("near libxml2"));
  EXPECT_THAT(told("something-else"), IsEmpty());
}

TEST(Lookup, OfPaths) {
  EXPECT_THAT(told("/usr/bin/php8.4"), ElementsAre("php-cli usr/bin/php8.4"));
  EXPECT_THAT(told("/bin/php8.4"), ElementsAre("php-cli usr/bin/php8.4"));
  EXPECT_THAT(told("/usr/bin/php"), ElementsAre("php-cli usr/bin/php8.4", "leads to usr/bin/php8.4"));
  EXPECT_THAT(told("/usr/lib/x86_64-linux-gnu/libxml2.so.2"),
              ElementsAre("libxml2 usr/lib/x86_64-linux-gnu/libxml2.so.2.9.14",
                          "leads to usr/lib/x86_64-linux-gnu/libxml2.so.2.9.14"));
  EXPECT_THAT(told("/usr/share/php/php.ini"),
              ElementsAre("php-common usr/lib/php/php.ini", "leads to usr/lib/php/php.ini"));
  EXPECT_THAT(told("/usr/lib/php/"), ElementsAre("php-common usr/lib/php"));
  EXPECT_THAT(told("/usr/bin/php8.5"), ElementsAre("near /usr/bin/php8.4"));
  EXPECT_THAT(told("/opt/php.ini"), ElementsAre("near /etc/php.ini", "near /usr/lib/php/php.ini"));
  EXPECT_THAT(told("/../x"), IsEmpty());
}

TEST(Lookup, OfSonames) {
  EXPECT_THAT(told("libxml2.so.2"), ElementsAre("libxml2 usr/lib/x86_64-linux-gnu/libxml2.so.2.9.14"));
  EXPECT_THAT(told("libxml2.so.2.9.14"), ElementsAre("libxml2 usr/lib/x86_64-linux-gnu/libxml2.so.2.9.14"));
  EXPECT_THAT(told("libodd.so.5"), ElementsAre("tool usr/lib/libodd.so.1"));
  EXPECT_THAT(told("libxml2.so.16"), ElementsAre("near libxml2.so.2"));
}

}  // namespace
}  // namespace debone::evidence
