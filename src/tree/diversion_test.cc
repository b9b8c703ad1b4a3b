#include "tree/diversion.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::tree {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> found(std::string_view preinst) {
  std::vector<std::string> lines;
  for (const auto& diversion : diversions_of(preinst, "me")) {
    lines.push_back(fmt::format("{} {} {}", diversion.owner, diversion.from.str(), diversion.to.str()));
  }
  return lines;
}

TEST(Diversions, ReadsTheFormsOfTheCommand) {
  EXPECT_THAT(found("dpkg-divert --package p --divert /usr/bin/x.real --rename --add /usr/bin/x\n"),
              ElementsAre("p usr/bin/x usr/bin/x.real"));
  EXPECT_THAT(found("dpkg-divert --add --no-rename /usr/bin/x"), ElementsAre("me usr/bin/x usr/bin/x.distrib"));
  EXPECT_THAT(found("/usr/sbin/dpkg-divert --quiet --divert=\"/a b\" '/x' >/dev/null || true"),
              ElementsAre("me x a b"));
  EXPECT_THAT(found("dpkg-divert --local --add /x\n"), ElementsAre(" x x.distrib"));
  EXPECT_THAT(found("\tdpkg-divert --package me \\\n\t  --divert /y --rename \\\n\t --add /x # why\n"),
              ElementsAre("me x y"));
  EXPECT_THAT(found("if true; then dpkg-divert --add /x; dpkg-divert --add /y; fi\n"),
              ElementsAre("me x x.distrib", "me y y.distrib"));
}

TEST(Diversions, PassesOverWhatSaysNothing) {
  EXPECT_THAT(found(""), IsEmpty());
  EXPECT_THAT(found("# dpkg-divert --add /x\n"), IsEmpty());
  EXPECT_THAT(found("echo dpkg-divert --add /x\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --remove --rename /x\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --list '/x*'\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add \"$file\"\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --divert \"$1.vim-tiny\" --add /x\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add `which x`\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add relative\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add /../x\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add /x /y\n"), IsEmpty());
  EXPECT_THAT(found("dpkg-divert --add --divert\n"), IsEmpty());
}

TEST(Diversions, KnowsWhatIsForUpgradesAlone) {
  EXPECT_THAT(found("if [ \"$1\" = upgrade ]; then\n dpkg-divert --add /x\nelse\n dpkg-divert --add /y\nfi\n"),
              ElementsAre("me y y.distrib"));
  EXPECT_THAT(found("if [ \"$1\" = install ]\nthen\n dpkg-divert --add /x\nelse\n dpkg-divert --add /y\nfi\n"),
              ElementsAre("me x x.distrib"));
  EXPECT_THAT(found("if [ \"$1\" = install ] || [ \"$1\" = upgrade ]; then\n dpkg-divert --add /x\nfi\n"),
              ElementsAre("me x x.distrib"));
  EXPECT_THAT(found("if [ -n \"$2\" ]; then\n if true; then\n dpkg-divert --add /x\n fi\nfi\ndpkg-divert --add /y\n"),
              ElementsAre("me y y.distrib"));
  EXPECT_THAT(found("if [ \"$1\" = upgrade ]; then dpkg-divert --add /x; fi\ndpkg-divert --add /y\n"),
              ElementsAre("me y y.distrib"));
  EXPECT_THAT(found("if false; then\n:\nelif [ \"$1\" = upgrade ]; then\n dpkg-divert --add /x\nfi\n"), IsEmpty());
  EXPECT_THAT(
      found("case \"$1\" in\n install|upgrade)\n  dpkg-divert --add /x\n ;;\n upgrade)\n  dpkg-divert --add /y\n"
            " ;;\n *)\n  dpkg-divert --add /z\n ;;\nesac\n"),
      ElementsAre("me x x.distrib", "me z z.distrib"));
}

// As postgresql-common's preinst has it.
TEST(Diversions, ReadsARealScript) {
  EXPECT_THAT(
      found("#!/bin/sh\n\nset -e\n\ncase \"$1\" in\n    install|upgrade)\n"
            "\tdpkg-divert --package postgresql-common --rename --divert /usr/bin/pg_config.libpq-dev --add "
            "/usr/bin/pg_config\n        ;;\n\n    abort-upgrade)\n        ;;\n\n    *)\n"
            "        echo \"preinst called with unknown argument \\`$1'\" >&2\n        exit 1\n        ;;\nesac\n"),
      ElementsAre("postgresql-common usr/bin/pg_config usr/bin/pg_config.libpq-dev"));
}

}  // namespace
}  // namespace debone::tree
