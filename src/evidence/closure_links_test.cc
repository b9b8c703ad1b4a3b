// Rule 3 of the lean closure: links as evidence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/closure.h"
#include "evidence/test_packages.h"

namespace debone::evidence {
namespace {

using testing::directory;
using testing::link;
using testing::program;
using testing::text;
using testing::with;

TEST(Closure, LinksLeadToPackages) {
  auto packages = with({{.name = "server",
                         .files = {link("usr/bin/server", "tool"), link("usr/share/man/man1/server.1", "other.1"),
                                   link("usr/lib/jvm/default", "java-21")}},
                        {.name = "tools", .files = {program("usr/bin/tool", {})}},
                        {.name = "jre", .files = {text("usr/lib/jvm/java-21/release")}},
                        {.name = "manuals", .files = {text("usr/share/man/man1/other.1")}}});
  EXPECT_EQ(packages.reason("server", "tools"), "/usr/bin/server of server is a link to /usr/bin/tool");
  EXPECT_EQ(packages.reason("server", "jre"), "/usr/lib/jvm/default of server is a link to /usr/lib/jvm/java-21");
  EXPECT_FALSE(packages.is_kept("server", "manuals"));
}

TEST(Closure, EachLinkOnTheWayIsNeeded) {
  auto packages = with({{.name = "gcc", .files = {link("usr/bin/gcc", "gcc-14")}},
                        {.name = "gcc-14", .files = {link("usr/bin/gcc-14", "x86-gcc-14")}},
                        {.name = "x86-gcc-14", .files = {program("usr/bin/x86-gcc-14", {})}}});
  EXPECT_EQ(packages.reason("gcc", "gcc-14"), "/usr/bin/gcc of gcc is a link to /usr/bin/gcc-14");
  EXPECT_TRUE(packages.is_kept("gcc", "x86-gcc-14"));
}

TEST(Closure, ALinkToWhatAScriptMakesInAPackagesOwnDirectory) {
  auto packages =
      with({{.name = "jre",
             .depends = "store",
             .files = {program("usr/bin/java", {}), link("usr/lib/jvm/cacerts", "/etc/ssl/certs/java/cacerts")}},
            {.name = "store", .files = {directory("etc/ssl/certs/java"), text("etc/cron.d/store")}}});
  EXPECT_EQ(packages.reason("jre", "store"), "/usr/lib/jvm/cacerts of jre is a link to /etc/ssl/certs/java/cacerts");
}

TEST(Closure, LinksInACircleEnd) {
  auto packages =
      with({{.name = "app", .files = {link("usr/bin/a", "b"), link("usr/bin/b", "a"), program("usr/bin/app", {})}}});
  EXPECT_TRUE(packages.is_kept("app", "libc6"));
}

}  // namespace
}  // namespace debone::evidence
