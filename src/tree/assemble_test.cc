#include "tree/assemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tree/test_tree.h"

namespace debone::tree {
namespace {

using base::error_of;
using base::Exit;
using package::Deb;
using testing::ElementsAre;
using testing::IsSupersetOf;

// What assembling one package of these entries says, at the package's id.
std::string refusal(const std::vector<base::TestHeader>& entries) {
  const auto error = error_of([&] { assemble({make_deb("bad", entries)}); });
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error.place(), "bad_1_amd64");
  return error.message();
}

std::string conflict(const std::vector<Deb>& debs) {
  const auto error = error_of([&] { assemble(debs); });
  EXPECT_EQ(error.code(), Exit::usage);
  return error.render();
}

TEST(Assemble, KeepsWhatEntriesSay) {
  const auto tree = assemble(
      {make_deb("a", {dir("./"),
                      dir("./var/"),
                      {.name = "x", .type = 'x', .content = base::pax_record("SCHILY.xattr.security.capability", "c")},
                      {.name = "./var/f",
                       .content = "x",
                       .mode = 04755,
                       .uid = "0000041",
                       .gid = "0000004",
                       .mtime = "00000000012"}})});
  const auto* node = tree.find(path("var/f"));
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->type, NodeType::file);
  EXPECT_EQ(node->mode, 04755U);
  EXPECT_EQ(node->uid, 33U);
  EXPECT_EQ(node->gid, 4U);
  EXPECT_EQ(node->mtime, 10);
  EXPECT_EQ(node->origin, "package:a");
  EXPECT_EQ(node->content.bytes(), "x");
  EXPECT_THAT(node->xattrs, ElementsAre(testing::Pair("security.capability", "c")));
  EXPECT_EQ(tree.find(path(""))->origin, "package:a");
  EXPECT_EQ(newest_mtime(tree), 10);
  EXPECT_EQ(newest_mtime(assemble({})), 0);
}

TEST(Assemble, RefusesWhatAnImageMayNotHold) {
  EXPECT_EQ(refusal({file("/etc/passwd")}), "'/etc/passwd' is no path below the root");
  EXPECT_EQ(refusal({file("./a/../../etc/passwd")}), "'./a/../../etc/passwd' is no path below the root");
  EXPECT_EQ(refusal({{.name = "./dev/null", .type = '3'}}), "'/dev/null' is a device node");
  EXPECT_EQ(refusal({{.name = "./dev/sda", .type = '4'}}), "'/dev/sda' is a device node");
  EXPECT_EQ(refusal({{.name = "./p", .type = '6'}}), "'/p' is a fifo");
  EXPECT_EQ(refusal({link("./l", "")}), "the link '/l' has no target");
  EXPECT_EQ(refusal({link("./l", "..")}), "the link '/l' to '..' leads out of the image");
  EXPECT_EQ(refusal({link("./a/l", "../../etc")}), "the link '/a/l' to '../../etc' leads out of the image");
  EXPECT_EQ(refusal({link("./a/l", "/../etc")}), "the link '/a/l' to '/../etc' leads out of the image");
  EXPECT_EQ(refusal({link("./deep/er/up", "../.."), link("./deep/er/out", "up/../x")}),
            "the link '/deep/er/out' to 'up/../x' leads out of the image");
  EXPECT_EQ(refusal({{.name = "x", .type = 'x', .content = base::pax_record("linkpath", std::string(300, 'l'))},
                     link("./l", "")}),
            "the target of the link '/l' is too long");
  EXPECT_EQ(refusal({hard_link("./h", "./none")}), "the hard link '/h' leads to './none', where no file is");
  EXPECT_EQ(refusal({hard_link("./h", "../../etc/shadow")}),
            "the hard link '/h' leads to '../../etc/shadow', where no file is");
  EXPECT_EQ(refusal({hard_link("./h", "/etc/shadow")}), "the hard link '/h' leads to '/etc/shadow', where no file is");
  EXPECT_EQ(refusal({dir("./d/"), hard_link("./h", "./d")}), "the hard link '/h' leads to './d', where no file is");
  EXPECT_EQ(refusal({hard_link("./h", "./h")}), "the hard link '/h' leads to './h', where no file is");
  EXPECT_EQ(refusal({link("./x/l", "../y"), hard_link("./h", "./x/l")}),
            "the link '/h' to '../y' leads out of the image");
  EXPECT_EQ(refusal({file("./f"), file("././f")}), "'/f' stands in it twice");
  EXPECT_EQ(refusal({file("./bin/x"), file("./usr/bin/x")}), "'/usr/bin/x' stands in it twice");
  EXPECT_EQ(refusal({file("./f"), file("./f/g")}), "'/f' is a file and a directory in it");
  EXPECT_EQ(refusal({file("./f/g"), file("./f")}), "'/f' is a file and a directory in it");
  EXPECT_EQ(refusal({dir("./f/"), file("./f")}), "'/f' is a file and a directory in it");
  EXPECT_EQ(refusal({file("./f"), dir("./f/")}), "'/f' stands in it twice");
  EXPECT_EQ(refusal({file("./f"), link("./l", "f"), file("./l/g")}), "'/f' is a file and a directory in it");
  EXPECT_EQ(refusal({{.name = "./f", .mtime = std::string(12, '\xFF')}}), "'/f' has a time before 1970 or after 2242");
  EXPECT_EQ(refusal({link("./a", "b"), link("./b", "a"), file("./a/f")}), "the links of '/a/f' go in a circle");
  EXPECT_EQ(refusal({link("./lib", "opt/lib")}),
            "the link '/lib' leads to 'opt/lib', but merged /usr has it lead to 'usr/lib'");
}

TEST(Assemble, LetsLinksDangle) {
  EXPECT_THAT(listing(assemble({make_deb("a", {link("./l", "/etc/none"), link("./c", "c")})})),
              ElementsAre("c -> c", "l -> /etc/none"));
}

TEST(Assemble, GivesHardLinksOneGroup) {
  const auto tree = assemble({make_deb("a", {{.name = "./f", .content = "x", .mode = 0755, .mtime = "00000000007"},
                                             hard_link("./g", "./f"),
                                             hard_link("./h", "g"),
                                             file("./alone")})});
  const auto group = tree.find(path("f"))->hard_link_group;
  EXPECT_NE(group, 0U);
  for (const auto* name : {"g", "h"}) {
    EXPECT_EQ(tree.find(path(name))->hard_link_group, group);
    EXPECT_EQ(tree.find(path(name))->mode, 0755U);
    EXPECT_EQ(tree.find(path(name))->mtime, 7);
    EXPECT_EQ(tree.find(path(name))->content.bytes(), "x");
  }
  EXPECT_EQ(tree.find(path("alone"))->hard_link_group, 0U);
}

// trixie: base-files ships the links.
TEST(Assemble, MergesUsrWhereBaseFilesShipsTheLinks) {
  const auto base_files = make_deb(
      "base-files", {dir("./"),
                     link("./bin", "usr/bin"),
                     link("./lib", "usr/lib"),
                     {.name = "./lib64", .type = '2', .link = "usr/lib64", .mode = 0777, .mtime = "00000000005"},
                     link("./sbin", "/usr/sbin"),
                     dir("./usr/"),
                     dir("./usr/bin/")});
  const auto libc =
      make_deb("libc6", {dir("./usr/lib64/"), link("./usr/lib64/ld.so", "../lib/ld.so"), file("./usr/lib/ld.so")});
  const auto old = make_deb("old", {dir("./lib/"), dir("./lib/old/", 0750), file("./lib/old/f", "x"), dir("./sbin/")});
  for (const auto& debs : {std::vector<Deb>{base_files, libc, old}, std::vector<Deb>{old, libc, base_files}}) {
    const auto tree = assemble(debs);
    EXPECT_THAT(listing(tree), ElementsAre("bin -> usr/bin", "lib -> usr/lib", "lib64 -> usr/lib64", "sbin -> usr/sbin",
                                           "usr/ 755", "usr/bin/ 755", "usr/lib/ 755", "usr/lib/ld.so 644 ''",
                                           "usr/lib/old/ 750", "usr/lib/old/f 644 'x'", "usr/lib64/ 755",
                                           "usr/lib64/ld.so -> ../lib/ld.so", "usr/sbin/ 755"));
    EXPECT_EQ(tree.find(path("lib64"))->origin, "package:base-files");
    EXPECT_EQ(tree.find(path("lib64"))->mtime, 5);
  }
}

// bookworm: base-files ships directories and no lib64.
TEST(Assemble, MergesUsrWherePackagesShipDirectories) {
  const auto base_files = make_deb(
      "base-files", {dir("./"), dir("./bin/"), dir("./lib/"), dir("./sbin/"), dir("./usr/"), dir("./usr/bin/")});
  const auto libc =
      make_deb("libc6", {dir("./lib/"), dir("./lib/x/"), file("./lib/x/libc.so.6"), dir("./lib64/"),
                         link("./lib64/ld.so", "/lib/x/ld.so"), hard_link("./lib/x/ld.so", "./lib/x/libc.so.6")});
  const auto dash = make_deb("dash", {file("./bin/dash"), link("./bin/sh", "dash")});
  const std::vector<std::string> expected{"bin -> usr/bin",
                                          "lib -> usr/lib",
                                          "lib64 -> usr/lib64",
                                          "sbin -> usr/sbin",
                                          "usr/ 755",
                                          "usr/bin/ 755",
                                          "usr/bin/dash 644 ''",
                                          "usr/bin/sh -> dash",
                                          "usr/lib/ 755",
                                          "usr/lib/x/ 755",
                                          "usr/lib/x/ld.so 644 ''",
                                          "usr/lib/x/libc.so.6 644 ''",
                                          "usr/lib64/ 755",
                                          "usr/lib64/ld.so -> /lib/x/ld.so",
                                          "usr/sbin/ 755"};
  std::vector<Deb> debs{base_files, dash, libc};
  EXPECT_EQ(listing(assemble(debs)), expected);
  std::ranges::reverse(debs);
  EXPECT_EQ(listing(assemble(debs)), expected);
  EXPECT_EQ(assemble(debs).find(path("bin"))->origin, "package:base-files");
}

TEST(Assemble, MakesNoLinksWithoutNeed) {
  EXPECT_THAT(listing(assemble({make_deb("a", {file("./usr/bin/x"), file("./library/x")})})),
              ElementsAre("library/ 755", "library/x 644 ''", "usr/ 755", "usr/bin/ 755", "usr/bin/x 644 ''"));
}

TEST(Assemble, FindsConflictsThroughMergedUsr) {
  EXPECT_EQ(conflict({make_deb("a", {file("./bin/x")}), make_deb("b", {file("./usr/bin/x")})}),
            "error: b_1_amd64: '/usr/bin/x' is also in a_1_amd64\n"
            "  hint: neither package Replaces the other and none diverts the path: one of them must go\n");
}

TEST(Assemble, SharesDirectoriesOfTheFirst) {
  const auto a = make_deb("a", {dir("./etc/"), dir("./etc/d/", 0700)});
  const auto b = make_deb("b", {dir("./etc/"), dir("./etc/d/", 0755)});
  EXPECT_THAT(listing(assemble({a, b}), true), ElementsAre("etc/ 755 package:a", "etc/d/ 700 package:a"));
  EXPECT_THAT(listing(assemble({b, a}), true), ElementsAre("etc/ 755 package:b", "etc/d/ 755 package:b"));
}

TEST(Assemble, LetsAPackageSayWhatAMadeDirectoryIs) {
  const auto implied = make_deb("a", {file("./etc/d/f")});
  const auto explicit_one = make_deb("b", {dir("./etc/d/", 0700)});
  EXPECT_THAT(listing(assemble({implied, explicit_one})), ElementsAre("etc/ 755", "etc/d/ 700", "etc/d/f 644 ''"));
}

TEST(Assemble, KeepsLinksToDirectoriesAndDirectories) {
  const auto with_link = make_deb("a", {dir("./run/"), dir("./var/"), link("./var/run", "/run")});
  const auto with_directory = make_deb("b", {dir("./var/"), dir("./var/run/"), file("./var/run/f", "x")});
  EXPECT_THAT(listing(assemble({with_link, with_directory})),
              ElementsAre("run/ 755", "run/f 644 'x'", "var/ 755", "var/run -> /run"));
  EXPECT_THAT(listing(assemble({with_directory, with_link})),
              ElementsAre("run/ 755", "var/ 755", "var/run/ 755", "var/run/f 644 'x'"));
  const auto same = make_deb("c", {dir("./run/"), link("./var/run", "../run")});
  EXPECT_THAT(listing(assemble({with_link, same})), ElementsAre("run/ 755", "var/ 755", "var/run -> /run"));
}

TEST(Assemble, RefusesFileConflicts) {
  const std::string hint =
      "  hint: neither package Replaces the other and none diverts the path: one of them must go\n";
  const auto a = make_deb("a", {dir("./d/"), file("./d/f"), link("./l", "d/f"), link("./dangling", "none")});
  EXPECT_EQ(conflict({a, make_deb("b", {file("./d/f")})}), "error: b_1_amd64: '/d/f' is also in a_1_amd64\n" + hint);
  EXPECT_EQ(conflict({a, make_deb("b", {link("./l", "d/f")})}), "error: b_1_amd64: '/l' is also in a_1_amd64\n" + hint);
  EXPECT_EQ(conflict({a, make_deb("b", {dir("./dangling/")})}),
            "error: b_1_amd64: '/dangling' is also in a_1_amd64\n" + hint);
  EXPECT_EQ(conflict({a, make_deb("b", {dir("./d/f/")})}), "error: b_1_amd64: '/d/f' is also in a_1_amd64\n" + hint);
  EXPECT_EQ(conflict({a, make_deb("b", {file("./d")})}),
            "error: b_1_amd64: '/d' is a file here and a directory in a_1_amd64\n");
  EXPECT_EQ(conflict({a, make_deb("b", {file("./d/f/g")})}),
            "error: b_1_amd64: '/d/f' is a directory here and a file in a_1_amd64\n");
}

TEST(Assemble, ObeysReplacesInEitherOrder) {
  const auto old = make_deb("old", {file("./f", "old")}, "", {}, "1.5");
  const auto newer = [](std::string_view fields) { return make_deb("new", {file("./f", "new")}, fields); };
  for (const auto* fields : {"Replaces: old\n", "Replaces: x, old (<< 2)\n", "Replaces: old:amd64\n"}) {
    SCOPED_TRACE(fields);
    EXPECT_THAT(listing(assemble({old, newer(fields)}), true), ElementsAre("f 644 'new' package:new"));
    EXPECT_THAT(listing(assemble({newer(fields), old}), true), ElementsAre("f 644 'new' package:new"));
  }
  conflict({old, newer("Replaces: old (<< 1)\n")});
  const auto provider = make_deb("real", {file("./f")}, "Provides: old\n");
  conflict({provider, newer("Replaces: old\n")});  // Policy 7.6.1: by real names alone
}

TEST(Assemble, ObeysDiversions) {
  const std::string preinst =
      "#!/bin/sh\nset -e\nif [ \"$1\" = install ]; then\n"
      "  dpkg-divert --package new --add --rename --divert /bin/f.old /bin/f\nfi\n";
  const auto diverting = make_deb("new", {file("./usr/bin/f", "new")}, "", {{"preinst", preinst}});
  const auto old = make_deb("old", {file("./bin/f", "old"), hard_link("./bin/g", "./bin/f")});
  for (const auto& debs : {std::vector<Deb>{diverting, old}, std::vector<Deb>{old, diverting}}) {
    const auto tree = assemble(debs);
    EXPECT_THAT(listing(tree), ElementsAre("bin -> usr/bin", "usr/ 755", "usr/bin/ 755", "usr/bin/f 644 'new'",
                                           "usr/bin/f.old 644 'old'", "usr/bin/g 644 'old'"));
    EXPECT_EQ(tree.find(path("usr/bin/f.old"))->hard_link_group, tree.find(path("usr/bin/g"))->hard_link_group);
  }
  const auto second = make_deb("third", {}, "", {{"preinst", "dpkg-divert --add /bin/f\n"}});
  EXPECT_EQ(conflict({diverting, second}), "error: third_1_amd64: '/bin/f' is diverted for 'new' already\n");
}

TEST(Assemble, GivesTheSameTreeInAnyOrder) {
  std::vector<Deb> debs{
      make_deb("a", {dir("./"), dir("./usr/"), dir("./usr/bin/"), file("./usr/bin/a", "a")}),
      make_deb("b", {dir("./"), dir("./bin/"), file("./bin/b", "b"), dir("./lib/"), file("./lib/shared", "b")}),
      make_deb("c", {dir("./"), dir("./usr/"), dir("./usr/lib/"), file("./usr/lib/shared", "c")}, "Replaces: b\n"),
      make_deb("d", {dir("./"), dir("./run/"), dir("./usr/"), link("./usr/run", "../run")})};
  const auto order = [](const Deb& a, const Deb& b) { return a.record.name < b.record.name; };
  const auto expected = listing(assemble(debs));
  EXPECT_THAT(expected, IsSupersetOf({"usr/lib/shared 644 'c'", "lib -> usr/lib", "usr/bin/b 644 'b'"}));
  while (std::ranges::next_permutation(debs, order).found) EXPECT_EQ(listing(assemble(debs)), expected);
}

}  // namespace
}  // namespace debone::tree
