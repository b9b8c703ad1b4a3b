#include "tree/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tree/test_tree.h"

namespace debone::tree {
namespace {

using base::Error;
using base::error_of;
using base::Exit;
using testing::ElementsAre;

TEST(Tree, BeginsAsItsRoot) {
  const Tree tree;
  ASSERT_EQ(tree.nodes().size(), 1U);
  EXPECT_EQ(tree.find(path(""))->type, NodeType::directory);
  EXPECT_EQ(tree.find(path(""))->mode, 0755U);
}

TEST(Tree, MakesMissingParents) {
  Tree tree;
  EXPECT_EQ(tree.put_file(path("a/b/c"), "x", 0640, 7, "effect:x").str(), "a/b/c");
  EXPECT_THAT(listing(tree, true), ElementsAre("a/ 755 effect:x", "a/b/ 755 effect:x", "a/b/c 640 'x' effect:x"));
  EXPECT_EQ(tree.find(path("a"))->mtime, 7);
}

TEST(Tree, PutsThingsWhereLinksLead) {
  Tree tree;
  tree.put_symlink(path("bin"), "usr/bin", 0, "");
  tree.put_symlink(path("var/run"), "/run", 0, "");
  tree.put_symlink(path("usr/local"), "../opt/./local", 0, "");
  EXPECT_EQ(tree.put_file(path("bin/sh"), "", 0755, 0, "").str(), "usr/bin/sh");
  EXPECT_EQ(tree.put_directory(path("var/run/php"), 0755, 0, "").str(), "run/php");
  EXPECT_EQ(tree.put_file(path("usr/local/bin/x"), "", 0755, 0, "").str(), "opt/local/bin/x");
  EXPECT_EQ(tree.find(path("bin/sh")), nullptr) << "find follows nothing";
  EXPECT_NE(tree.find_following(path("bin/sh")), nullptr);
  EXPECT_EQ(tree.resolve(path("bin"), false).str(), "bin");
  EXPECT_EQ(tree.resolve(path("bin"), true).str(), "usr/bin");
  EXPECT_EQ(tree.resolve(path("bin/none/at/all"), true).str(), "usr/bin/none/at/all");
}

TEST(Tree, ReadsThroughLinks) {
  Tree tree;
  tree.put_file(path("usr/lib/os-release"), "NAME=x", 0644, 0, "");
  tree.put_symlink(path("etc/os-release"), "../usr/lib/os-release", 0, "");
  EXPECT_EQ(tree.read(path("etc/os-release")), "NAME=x");
  EXPECT_EQ(tree.read(path("etc")), std::nullopt);
  EXPECT_EQ(tree.read(path("none")), std::nullopt);
}

TEST(Tree, RefusesLinksOutOfTheRootAndInCircles) {
  Tree tree;
  tree.put_symlink(path("a/up"), "../..", 0, "");
  tree.put_symlink(path("deep/er/root"), "../..", 0, "");
  tree.put_symlink(path("deep/er/out"), "root/../x", 0, "");
  tree.put_symlink(path("one"), "two", 0, "");
  tree.put_symlink(path("two"), "one", 0, "");
  tree.put_symlink(path("self/a"), "a/b", 0, "");
  auto error = error_of([&] { tree.resolve(path("a/up/etc"), true); });
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error.message(), "the links of '/a/up/etc' lead out of the image");
  EXPECT_EQ(tree.resolve(path("a/up"), false).str(), "a/up");
  EXPECT_EQ(tree.resolve(path("deep/er/root"), true).str(), "");
  EXPECT_TRUE(tree.leaves_root(path("deep/er/out"))) << "though its text alone does not climb out";
  EXPECT_FALSE(tree.leaves_root(path("one")));
  error = error_of([&] { tree.find_following(path("one")); });
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error.message(), "the links of '/one' go in a circle");
  EXPECT_EQ(error_of([&] { tree.put_file(path("self/a/f"), "", 0644, 0, ""); }).message(),
            "the links of '/self/a/f' go in a circle");
}

TEST(Tree, FollowsFortyLinksAndNoMore) {
  Tree tree;
  tree.put_file(path("l0"), "end", 0644, 0, "");
  for (int i = 1; i <= 41; ++i) tree.put_symlink(path(fmt::format("l{}", i)), fmt::format("l{}", i - 1), 0, "");
  EXPECT_EQ(tree.read(path("l40")), "end");
  EXPECT_THROW(tree.read(path("l41")), Error);
}

TEST(Tree, ReplacesFilesAndLinksButNoDirectory) {
  Tree tree;
  tree.put_file(path("d/f"), "1", 0644, 0, "");
  tree.put_symlink(path("l"), "d", 0, "");
  tree.put_directory(path("d"), 0700, 0, "");
  tree.put_file(path("d/f"), "2", 0600, 0, "");
  EXPECT_THAT(listing(tree), ElementsAre("d/ 700", "d/f 600 '2'", "l -> d"));
  const auto failure = [&](auto&& fn) {
    const auto error = error_of(fn);
    EXPECT_EQ(error.code(), Exit::internal);
    return error.message();
  };
  EXPECT_EQ(failure([&] { tree.put_file(path("d"), "", 0644, 0, ""); }),
            "cannot put '/d' into the image: a directory stands there");
  EXPECT_EQ(failure([&] { tree.put_symlink(path(""), "x", 0, ""); }),
            "cannot put '/' into the image: a directory stands there");
  EXPECT_EQ(failure([&] { tree.put_directory(path("l"), 0755, 0, ""); }),
            "cannot put '/l' into the image: a link stands there");
  EXPECT_EQ(failure([&] { tree.put_file(path("d/f/g"), "", 0644, 0, ""); }),
            "cannot put '/d/f/g' into the image: '/d/f' is no directory");
  EXPECT_EQ(failure([&] { tree.at(path("none")); }), "nothing stands at '/none' in the image");
  tree.put_symlink(path("d/f"), "x", 0, "");
  tree.put_file(path("l"), "3", 0644, 0, "");
  EXPECT_THAT(listing(tree), ElementsAre("d/ 700", "d/f -> x", "l 644 '3'"));
}

TEST(Tree, RemovesWhatStandsBelow) {
  Tree tree;
  for (const auto* name : {"a/b/c", "a/b/d", "a/b.x", "a-b", "a0"}) tree.put_file(path(name), "", 0644, 0, "");
  tree.put_symlink(path("l"), "a", 0, "");
  tree.remove(path("l/b"));
  EXPECT_THAT(listing(tree), ElementsAre("a/ 755", "a-b 644 ''", "a/b.x 644 ''", "a0 644 ''", "l -> a"));
  tree.remove(path("none/at/all"));
  tree.remove(path("l"));
  tree.remove(path("a"));
  EXPECT_THAT(listing(tree), ElementsAre("a-b 644 ''", "a0 644 ''"));
  tree.remove(path(""));
  EXPECT_EQ(tree.nodes().size(), 1U);
}

TEST(Tree, ListsWhatStandsBelow) {
  Tree tree;
  for (const auto* name : {"a/b/c", "a/b/\x01", "a/b\xFF", "a/b!"}) tree.put_file(path(name), "", 0644, 0, "");
  tree.put_file(path("a/" + std::string(255, 'n')), "", 0644, 0, "");
  const auto names = [&](std::string_view folder) {
    std::vector<std::string> found;
    const auto [begin, end] = tree.below(path(folder));
    for (auto i = begin; i != end; ++i) found.push_back(i->first.str());
    return found;
  };
  EXPECT_THAT(names("a/b"), ElementsAre("a/b/\x01", "a/b/c"));
  EXPECT_EQ(names("").size(), 7U);
  EXPECT_TRUE(names("a/" + std::string(255, 'n')).empty());
}

TEST(Tree, TurnsADirectoryIntoALink) {
  Tree tree;
  tree.put_directory(path("var/run"), 0700, 1, "package:a");
  tree.put_directory(path("run/php"), 0711, 1, "package:b");
  tree.put_file(path("var/run/php/x"), "1", 0644, 1, "package:a");
  tree.put_directory(path("var/run/other"), 0750, 1, "package:a");
  tree.replace_directory_by_link(path("var/run"), "/run", 9, "effect:x");
  EXPECT_THAT(listing(tree, true),
              ElementsAre("run/ 755 package:b", "run/other/ 750 package:a", "run/php/ 711 package:b",
                          "run/php/x 644 '1' package:a", "var/ 755 package:a", "var/run -> /run effect:x"));
  // Once more, and where nothing was.
  tree.replace_directory_by_link(path("var/run"), "../run", 9, "effect:x");
  tree.replace_directory_by_link(path("var/lock"), "/run/lock", 9, "effect:x");
  EXPECT_EQ(tree.find(path("var/run"))->link_target, "../run");
  EXPECT_EQ(tree.find(path("var/lock"))->link_target, "/run/lock");
}

TEST(Tree, MovesADirectoryWhereItsLinkLeadsToNothing) {
  Tree tree;
  tree.put_file(path("var/lock/x"), "1", 0644, 1, "a");
  tree.at(path("var/lock")).mode = 01777;
  tree.replace_directory_by_link(path("var/lock"), "/run/lock", 9, "b");
  EXPECT_THAT(listing(tree),
              ElementsAre("run/ 755", "run/lock/ 1777", "run/lock/x 644 '1'", "var/ 755", "var/lock -> /run/lock"));
}

TEST(Tree, RefusesToLoseFilesForALink) {
  Tree tree;
  tree.put_file(path("a/x"), "1", 0644, 1, "");
  tree.put_file(path("b/x"), "2", 0644, 1, "");
  tree.put_file(path("f"), "", 0644, 1, "");
  EXPECT_EQ(error_of([&] { tree.replace_directory_by_link(path("a"), "a/y", 0, ""); }).message(),
            "cannot put '/a' into the image: it would be a link into itself");
  EXPECT_EQ(error_of([&] { tree.replace_directory_by_link(path("a"), "../x", 0, ""); }).message(),
            "cannot put '/a' into the image: the link's target '../x' leads out of the image");
  EXPECT_EQ(error_of([&] { tree.replace_directory_by_link(path("a"), "b", 0, ""); }).message(),
            "cannot put '/b/x' into the image: it stands at '/a/x' too");
}

TEST(Tree, SharesContents) {
  const auto bytes = std::make_shared<const std::string>("0123456789");
  const Content part(bytes, std::string_view(*bytes).substr(3, 2));
  EXPECT_EQ(part.bytes().data(), bytes->data() + 3);
  EXPECT_EQ(Content(part).bytes(), "34");
  EXPECT_EQ(Content().bytes(), "");
}

}  // namespace
}  // namespace debone::tree
