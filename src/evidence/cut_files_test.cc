#include "evidence/cut_files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "evidence/test_packages.h"
#include "recipe/load.h"

namespace debone::evidence {
namespace {

using package::Facts;
using package::File;
using testing::directory;
using ::testing::ElementsAre;
using testing::hard_link;
using ::testing::IsEmpty;
using testing::link;
using testing::naming;
using testing::script;
using testing::sized;
using testing::text;

Facts package_of(std::string name, std::vector<File> files, std::string conffiles = "") {
  Facts facts;
  facts.record.name = std::move(name);
  facts.files = std::move(files);
  if (!conffiles.empty()) facts.control_files["conffiles"] = std::move(conffiles);
  return facts;
}

class CutFilesTest : public ::testing::Test {
 protected:
  void package(std::string name, std::vector<File> files, std::string conffiles = "") {
    packages.push_back(package_of(std::move(name), std::move(files), std::move(conffiles)));
  }
  CutFiles cut() const {
    const auto recipe = recipe::parse(
        fmt::format("name: x\ncontents: {{sources: [{{debian: trixie}}], packages: [libc6]}}\ncuts: [{}]\n{}", items,
                    more),
        "x.yaml", "/home/user", nullptr);
    std::vector<const Facts*> all;
    for (const auto& one : packages) all.push_back(one.record.name.empty() ? nullptr : &one);
    return cut_files(Cuts(recipe), all, unused);
  }
  // "path: why" of each entry that is left out.
  std::vector<std::string> left_out() const {
    std::vector<std::string> lines;
    for (const auto& one : cut().cuts) {
      lines.push_back(fmt::format("{}: {}", packages[one.package].files[one.file].path, one.why));
    }
    return lines;
  }

  std::string items;
  std::string more;
  std::vector<Facts> packages;
  std::vector<UnusedProgram> unused;
};

TEST_F(CutFilesTest, FilesLeaveByRule) {
  package("a", {text("usr/bin/a"), sized("usr/share/man/man1/a.1.gz", 100), sized("usr/share/doc/a/copyright", 7),
                sized("usr/share/doc/a/README", 20)});
  package("", {text("usr/share/man/man1/none.1.gz")});
  package("c", {sized("usr/share/man/man1/c.1.gz", 11), link("usr/share/man/man1/d.1.gz", "c.1.gz")});
  const auto found = cut();
  EXPECT_THAT(left_out(), ElementsAre("usr/share/man/man1/a.1.gz: no-man, on by default",
                                      "usr/share/doc/a/README: no-docs, on by default",
                                      "usr/share/man/man1/c.1.gz: no-man, on by default",
                                      "usr/share/man/man1/d.1.gz: no-man, on by default"));
  ASSERT_EQ(found.totals.size(), 2U);
  EXPECT_EQ(found.totals[0].rule, "no-man");
  EXPECT_EQ(found.totals[0].files, 3U);
  EXPECT_EQ(found.totals[0].bytes, 111U);
  EXPECT_EQ(found.totals[1].rule, "no-docs");
  EXPECT_EQ(found.totals[1].bytes, 20U);
  ASSERT_NE(found.find(0, 3), nullptr);
  EXPECT_EQ(found.find(0, 3)->rule, "no-docs");
  EXPECT_EQ(found.find(0, 2), nullptr);
  EXPECT_EQ(found.find(9, 0), nullptr);
}

TEST_F(CutFilesTest, ALinkLeavesWithItsTarget) {
  items = "/opt/x";
  package("a",
          {sized("opt/x", 5), link("usr/bin/x", "../../opt/x"), link("usr/bin/y", "x"), link("usr/bin/z", "/usr/bin/y"),
           link("usr/bin/loop", "loop"), link("usr/bin/out", "../../../../x"), link("usr/bin/nowhere", "/opt/never")});
  package("b", {link("etc/alternatives/x", "/bin/z"), link("usr/bin/other", "/opt")});
  EXPECT_THAT(left_out(),
              ElementsAre("opt/x: /opt/x of x.yaml:3:8", "usr/bin/x: a link to /opt/x, which is cut (/opt/x)",
                          "usr/bin/y: a link to /opt/x, which is cut (/opt/x)",
                          "usr/bin/z: a link to /opt/x, which is cut (/opt/x)",
                          "etc/alternatives/x: a link to /opt/x, which is cut (/opt/x)",
                          "usr/bin/other: a link to /opt, which is cut (/opt/x)"));
  const auto totals = cut().totals;
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_EQ(totals[0].files, 6U);
  EXPECT_EQ(totals[0].bytes, 5U);
}

TEST_F(CutFilesTest, ALinkOnTheWayCountsToo) {
  items = "/etc/alternatives/x";
  package("a", {text("usr/bin/x1"), link("etc/alternatives/x", "/usr/bin/x1"), link("usr/bin/x", "/etc/alternatives/x"),
                link("usr/lib/d", "/usr/share/d"), text("usr/share/d/f"), link("usr/bin/f", "../lib/d/f")});
  EXPECT_THAT(left_out(), ElementsAre("etc/alternatives/x: /etc/alternatives/x of x.yaml:3:8",
                                      "usr/bin/x: a link to /etc/alternatives/x, which is cut (/etc/alternatives/x)"));
  items = "/usr/lib/d";
  EXPECT_THAT(left_out(), ElementsAre("usr/lib/d: /usr/lib/d of x.yaml:3:8",
                                      "usr/bin/f: a link to /usr/lib/d, which is cut (/usr/lib/d)"));
  items = "/usr/share/d/f";
  EXPECT_THAT(left_out(), ElementsAre("usr/lib/d: a link to /usr/share/d, which is cut (/usr/share/d/f)",
                                      "usr/share/d/f: /usr/share/d/f of x.yaml:3:8",
                                      "usr/bin/f: a link to /usr/share/d/f, which is cut (/usr/share/d/f)"));
}

TEST_F(CutFilesTest, ALinkStaysWhereTheRecipePutsItsTarget) {
  items = "/opt/x, /srv/d";
  more = "paths: [{path: /opt/x, type: file, content: mine}, {path: /srv/d/e, type: directory}]";
  package("a", {text("opt/x"), link("usr/bin/x", "/opt/x"), text("srv/d/f"), link("usr/d", "/srv/d")});
  EXPECT_THAT(left_out(), ElementsAre("opt/x: /opt/x of x.yaml:3:8", "srv/d/f: /srv/d of x.yaml:3:16"));
}

TEST_F(CutFilesTest, APathThatAnotherPackageKeepsIsThere) {
  items = "no-shell-scripts";
  package("a", {script("usr/bin/x", "/bin/sh"), link("usr/bin/y", "x")});
  package("b", {text("usr/bin/x")});
  EXPECT_THAT(left_out(), ElementsAre("usr/bin/x: no-shell-scripts of x.yaml:3:8"));
}

TEST_F(CutFilesTest, AHardLinkKeepsItsContent) {
  items = "/opt/x";
  package("a", {sized("opt/x", 50), hard_link("usr/bin/x", "opt/x"), sized("opt/y", 9)});
  auto found = cut();
  ASSERT_EQ(found.cuts.size(), 1U);
  EXPECT_EQ(found.cuts[0].bytes, 0U) << "the other name keeps them";
  items = "/opt/x, /usr/bin/x";
  found = cut();
  ASSERT_EQ(found.cuts.size(), 2U);
  EXPECT_EQ(found.cuts[0].bytes, 50U);
  EXPECT_EQ(found.cuts[1].bytes, 0U);
  // A name of a name; and one of a script, which is a script.
  items = "no-shell-scripts";
  packages.clear();
  package("a", {script("usr/bin/x", "/bin/sh"), hard_link("usr/bin/y", "usr/bin/x"), hard_link("usr/bin/z", "bin/y"),
                hard_link("usr/bin/nowhere", "usr/bin/never"), hard_link("usr/bin/self", "usr/bin/self")});
  EXPECT_THAT(left_out(),
              ElementsAre("usr/bin/x: no-shell-scripts of x.yaml:3:8", "usr/bin/y: no-shell-scripts of x.yaml:3:8",
                          "usr/bin/z: no-shell-scripts of x.yaml:3:8"));
}

TEST_F(CutFilesTest, ADirectoryLeavesWhenNothingIsLeftInIt) {
  package("base", {directory("usr"), directory("usr/share/man"), directory("usr/share/man/man1"), directory("var/log"),
                   directory("usr/share/doc")});
  package("a", {directory("usr/share/doc"), directory("usr/share/doc/a"), text("usr/share/doc/a/copyright"),
                directory("usr/share/doc/a/examples"), text("usr/share/doc/a/examples/x"),
                directory("usr/share/locale"), directory("usr/share/locale/de"), text("usr/share/locale/de/x.mo")});
  EXPECT_THAT(
      left_out(),
      ElementsAre("usr/share/man: no-man, on by default", "usr/share/man/man1: no-man, on by default",
                  "usr/share/doc/a/examples: no-docs, on by default",
                  "usr/share/doc/a/examples/x: no-docs, on by default", "usr/share/locale: nothing is left in it",
                  "usr/share/locale/de: nothing is left in it", "usr/share/locale/de/x.mo: no-locales, on by default"));
  EXPECT_EQ(cut().totals.size(), 2U) << "directories count for nothing";
}

TEST_F(CutFilesTest, ADirectoryThatAPackageShipsEmptyStays) {
  items = "/var/log/a/**, /var/spool/a/x";
  package("base", {directory("var/log"), directory("var/spool/a")});
  package("a", {directory("var/log/a"), text("var/log/a/x"), directory("var/spool/a"), text("var/spool/a/x"),
                directory("var/cache/a")});
  EXPECT_THAT(left_out(), ElementsAre("var/log/a: nothing is left in it", "var/log/a/x: /var/log/a/** of x.yaml:3:8",
                                      "var/spool/a/x: /var/spool/a/x of x.yaml:3:23"));
  items = "'!/var/log/a', /var/log/a/**";
  EXPECT_THAT(left_out(), ElementsAre("var/log/a/x: /var/log/a/** of x.yaml:3:23")) << "restored by name";
  items = "/var";
  EXPECT_EQ(cut().cuts.size(), 7U) << "a rule that cuts the directory itself";
}

TEST_F(CutFilesTest, ACopyrightThatIsALinkKeepsItsTarget) {
  package("a", {link("usr/share/doc/a/copyright", "../b/LICENSE"), link("usr/share/doc/a/html", "../b/html")});
  package("b", {text("usr/share/doc/b/LICENSE"), text("usr/share/doc/b/html/index.html"),
                text("usr/share/doc/b/copyright")});
  EXPECT_THAT(left_out(), ElementsAre("usr/share/doc/a/html: no-docs, on by default",
                                      "usr/share/doc/b/html/index.html: no-docs, on by default"));
  items = "/usr/share/doc/b/LICENSE";
  EXPECT_THAT(left_out(), ElementsAre("usr/share/doc/a/copyright: a link to /usr/share/doc/b/LICENSE, which is cut "
                                      "(/usr/share/doc/b/LICENSE)",
                                      "usr/share/doc/a/html: no-docs, on by default",
                                      "usr/share/doc/b/LICENSE: /usr/share/doc/b/LICENSE of x.yaml:3:8",
                                      "usr/share/doc/b/html/index.html: no-docs, on by default"))
      << "named by its last component";
}

TEST_F(CutFilesTest, AFolderOfDocumentationThatIsALinkKeepsItsCopyright) {
  items = "/usr/lib/c";
  package("a", {link("usr/share/doc/a", "common"), link("usr/share/doc/c", "../../lib/c/doc")});
  package("common", {text("usr/share/doc/common/copyright"), text("usr/share/doc/common/README")});
  package("c", {text("usr/lib/c/doc/copyright"), text("usr/lib/c/doc/README"), text("usr/lib/c/x")});
  package("d", {link("usr/share/doc/d", "e"), link("usr/share/doc/f", "not-here")});
  package("e", {text("usr/share/doc/e/README")});
  EXPECT_THAT(left_out(),
              ElementsAre("usr/share/doc/common/README: no-docs, on by default",
                          "usr/lib/c/doc/README: /usr/lib/c of x.yaml:3:8", "usr/lib/c/x: /usr/lib/c of x.yaml:3:8",
                          "usr/share/doc/d: a link to /usr/share/doc/e, which is cut (no-docs)",
                          "usr/share/doc/e/README: no-docs, on by default"));
}

TEST_F(CutFilesTest, AnUnusedProgramIsCutUnlessARuleRestoresIt) {
  package("a", {script("bin/x", "/bin/sh"), link("usr/bin/y", "x"), script("usr/bin/z", "/bin/sh")});
  unused = {{0, 0, "usr/bin/x", "/bin/sh is not in the image"}, {0, 1, "usr/bin/y", "/usr/bin/x is cut"}};
  EXPECT_THAT(left_out(), ElementsAre("bin/x: /bin/sh is not in the image",
                                      "usr/bin/y: a link to /usr/bin/x, which is cut (unused-programs)"));
  EXPECT_EQ(cut().totals[0].rule, "unused-programs");
  items = "/usr/bin/*";
  EXPECT_EQ(cut().totals[0].rule, "/usr/bin/*") << "a rule comes before";
  for (const auto* restoring : {"'!/usr/bin/x'", "'!no-shell-scripts'"}) {
    items = restoring;
    EXPECT_THAT(left_out(), IsEmpty()) << restoring;
  }
}

TEST_F(CutFilesTest, ConfigurationThatNamesWhatIsCutIsAWarning) {
  items = "no-shell-scripts, /usr/lib/a";
  more = "paths: [{path: /etc/mine.conf, type: file, content: x}]";
  package("a",
          {naming("etc/a.conf", {"/etc/init.d/a", "/usr/share/a/ask", "/usr/share/doc/a/README", "/usr/bin/kept"}),
           naming("usr/share/a/a.ini", {"/bin/lib-a", "/usr/lib/a", "/usr/lib/a/x"}),
           naming("usr/share/a/data", {"/usr/share/a/ask"}), naming("etc/mine.conf", {"/usr/share/a/ask"}),
           naming("etc/cron.d/a", {"/usr/share/a/ask"}), script("usr/share/a/ask", "/bin/sh"),
           script("etc/init.d/a", "/bin/sh"), text("usr/bin/kept"), text("usr/share/doc/a/README"), text("usr/lib/a/x"),
           link("usr/bin/lib-a", "/usr/lib/a/x")},
          "/etc/a.conf\n/usr/share/a/a.ini\n");
  EXPECT_THAT(cut().warnings,
              ElementsAre("/etc/a.conf of a names /usr/share/a/ask, which is cut (no-shell-scripts)",
                          "/usr/share/a/a.ini of a names /bin/lib-a, which is cut (/usr/lib/a); and 2 more"));
}

TEST_F(CutFilesTest, WhatIsLargeTakesNoLong) {
  items = "'/usr/share/a/**/*[0-9]', '!/**/7*'";
  std::vector<File> files;
  for (int i = 0; i < 20'000; ++i) files.push_back(text(fmt::format("usr/share/a/{}/{}/{}", i % 7, i % 301, i)));
  for (int i = 0; i < 2'000; ++i) files.push_back(hard_link(fmt::format("opt/{}", i), "usr/share/a/0/0/0"));
  for (int i = 0; i < 2'000; ++i)
    files.push_back(link(fmt::format("srv/{}", i), i == 0 ? "none" : std::to_string(i - 1)));
  package("a", std::move(files));
  EXPECT_GT(cut().cuts.size(), 10'000U);
}

}  // namespace
}  // namespace debone::evidence
