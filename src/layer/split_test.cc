#include "layer/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layer/layer.h"

namespace debone::layer {
namespace {

using base::RelPath;
using tree::Tree;

RelPath path(std::string_view text) { return *RelPath::parse(text); }

Tree sample() {
  Tree tree;
  tree.put_directory(path("usr"), 0755, 10, "package:base-files");
  tree.put_directory(path("usr/share"), 0755, 10, "package:base-files");
  tree.put_directory(path("usr/share/app"), 0755, 20, "package:app");
  tree.put_file(path("usr/share/app/index.php"), "<?php", 0644, 21, "package:app");
  tree.put_file(path("usr/share/app/extra.php"), "<?php 2", 0644, 30, "package:app-extra");
  tree.put_file(path("usr/share/app/made"), "x", 0644, 99, "effect:scripts");
  tree.put_directory(path("srv/app"), 0755, 99, "recipe");
  tree.at(path("srv/app")).uid = 33;
  tree.put_file(path("srv/app/a"), "a", 0644, 99, "recipe");
  tree.put_file(path("srv/apple"), "b", 0644, 99, "recipe");
  return tree;
}

std::vector<std::string> told(const Tree& tree) {
  std::vector<std::string> lines;
  for (const auto& [path, node] : tree.nodes()) lines.push_back(path.absolute() + " " + std::to_string(node.mtime));
  return lines;
}

TEST(Split, APackageAndAPathWithTheirDirectories) {
  const auto trees = split(sample(), {{"package:app", {}}, {"", path("srv/app")}});
  ASSERT_EQ(trees.size(), 3U);
  EXPECT_THAT(told(trees[0]),
              testing::ElementsAre("/ 0", "/srv 99", "/srv/apple 99", "/usr 10", "/usr/share 10", "/usr/share/app 20",
                                   "/usr/share/app/extra.php 30", "/usr/share/app/made 99"));
  EXPECT_THAT(told(trees[1]), testing::ElementsAre("/ 21", "/usr 21", "/usr/share 21", "/usr/share/app 21",
                                                   "/usr/share/app/index.php 21"));
  EXPECT_THAT(told(trees[2]),
              testing::ElementsAre("/ 315532800", "/srv 315532800", "/srv/app 315532800", "/srv/app/a 315532800"));
  EXPECT_EQ(trees[2].find(path("srv/app"))->uid, 33U);
}

TEST(Split, WhatTwoPartsFitIsTheFirstOnes) {
  const auto trees = split(sample(), {{"", path("usr/share/app")}, {"package:app-extra", {}}});
  EXPECT_THAT(told(trees[1]), testing::Contains("/usr/share/app/extra.php 30"));
  EXPECT_THAT(told(trees[1]), testing::Contains("/usr/share/app/made 30"));
  EXPECT_EQ(trees[2].nodes().size(), 1U);
}

TEST(Split, APartIsTheSameWhateverElseIsInTheImage) {
  auto other = sample();
  other.put_directory(path("usr"), 0755, 77, "package:other");
  other.put_directory(path("usr/share"), 0755, 77, "package:other");
  other.at(path("usr/share/app")).origin = "package:other";
  other.at(path("srv/app/a")).mtime = 123;
  const std::vector<Part> parts{{"package:app", {}}, {"", path("srv/app")}};
  const auto before = split(sample(), parts);
  const auto after = split(other, parts);
  for (const std::size_t i : {1U, 2U}) EXPECT_EQ(pack(before[i], 1).digest, pack(after[i], 1).digest);
  EXPECT_NE(pack(before[0], 1).digest, pack(after[0], 1).digest);
}

TEST(Split, AHardLinkIntoAnotherLayerIsAFileThere) {
  auto tree = sample();
  const auto group = tree.new_hard_link_group();
  tree.put_file(path("usr/share/link.php"), "<?php", 0644, 21, "package:other");
  tree.at(path("usr/share/link.php")).hard_link_group = group;
  tree.at(path("usr/share/app/index.php")).hard_link_group = group;
  const auto trees = split(tree, {{"package:app", {}}});
  EXPECT_EQ(trees[0].read(path("usr/share/link.php")), "<?php");
  EXPECT_EQ(trees[1].read(path("usr/share/app/index.php")), "<?php");
}

}  // namespace
}  // namespace debone::layer
