#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/compression.h"
#include "base/file.h"
#include "image/read.h"
#include "image/test_image.h"
#include "layer/tar_writer.h"

namespace debone::image {
namespace {

using base::Exit;
using base::TarEntry;
using base::TarType;
using testing::ElementsAre;

TarEntry directory(std::string name) {
  TarEntry entry;
  entry.type = TarType::directory;
  entry.name = std::move(name);
  entry.mode = 0755;
  return entry;
}

TarEntry file(std::string name, std::string_view content = "x") {
  TarEntry entry;
  entry.name = std::move(name);
  entry.mode = 0644;
  entry.content = content;
  return entry;
}

TarEntry link(std::string name, std::string target, TarType type = TarType::symlink) {
  TarEntry entry;
  entry.name = std::move(name);
  entry.type = type;
  entry.link_target = std::move(target);
  return entry;
}

layer::Layer layer_of(const std::vector<TarEntry>& entries) {
  std::string tar;
  for (const auto& entry : entries) {
    tar += layer::tar_header(entry, entry.content.size());
    tar += entry.content;
    tar += layer::tar_padding(entry.content.size());
  }
  tar += layer::tar_end();
  layer::Layer layer;
  layer.parts = {base::gzip(tar, 1)};
  layer.diff_id = base::Digest::of(tar);
  layer.digest = base::Digest::of(layer.parts[0]);
  layer.size = layer.parts[0].size();
  return layer;
}

// An image of these layers, written and read back, as its file system.
tree::Tree tree_of(
    const std::vector<std::vector<TarEntry>>& layers,
    const std::function<void(const base::RelPath&, const std::string&, const std::string&)>& on_replaced = {}) {
  const base::TempDir folder("file_system_test");
  Image image;
  image.config.architecture = "amd64";
  for (const auto& entries : layers) image.layers.push_back(std::make_shared<const layer::Layer>(layer_of(entries)));
  write_layout(folder.path() / "image", {{"x", {image}}});
  return file_system(StoredImage::open(folder.path() / "image", ""), {}, on_replaced);
}

std::vector<std::string> paths(const tree::Tree& tree) {
  std::vector<std::string> out;
  for (const auto& [path, node] : tree.nodes()) {
    if (!path.is_root()) out.push_back(path.str());
  }
  return out;
}

std::string refused(const std::vector<std::vector<TarEntry>>& layers) {
  return error_of([&] { tree_of(layers); }, Exit::trust);
}

TEST(FileSystem, ALaterLayersFileWins) {
  const auto tree = tree_of({{file("a", "old"), file("b")}, {file("a", "new")}});
  EXPECT_THAT(paths(tree), ElementsAre("a", "b"));
  EXPECT_EQ(tree.read(path_of("a")), "new");
  EXPECT_EQ(tree.find(path_of("a"))->origin, "layer:2");
}

TEST(FileSystem, TellsWhatIsReplaced) {
  std::vector<std::string> told;
  tree_of({{directory("d/"), file("d/a"), file("b"), file("b")},
           {directory("d/"), file("d/a"), file("c"), link("h", "c", TarType::hard_link)},
           {link("h", "d/a"), directory("d/a")}},
          [&](const base::RelPath& path, const std::string& before, const std::string& after) {
            told.push_back(path.str() + " " + before + " " + after);
          });
  EXPECT_THAT(told,
              ElementsAre("b layer:1 layer:1", "d/a layer:1 layer:2", "h layer:2 layer:3", "d/a layer:2 layer:3"));
}

TEST(FileSystem, AWhiteoutRemovesWhatLiesBelow) {
  EXPECT_THAT(paths(tree_of({{directory("d/"), file("d/a"), file("d/b"), directory("e/"), file("e/c")},
                             {file("d/.wh.a"), file(".wh.e")}})),
              ElementsAre("d", "d/b"));
}

TEST(FileSystem, AnOpaqueWhiteoutEmptiesAFolderButNotOfItsOwnLayersFiles) {
  EXPECT_THAT(paths(tree_of({{directory("d/"), file("d/a"), file("d-e"), directory("d/s/"), file("d/s/x")},
                             {file("d/new"), file("d/.wh..wh..opq")}})),
              ElementsAre("d", "d-e", "d/new"));
}

TEST(FileSystem, AWhiteoutSparesItsOwnLayersFile) {
  EXPECT_THAT(paths(tree_of({{file("a", "old")}, {file("a", "new"), file(".wh.a")}})), ElementsAre("a"));
}

TEST(FileSystem, OddWhiteoutsHarmNothing) {
  EXPECT_THAT(
      paths(tree_of({{directory("d/"), file("d/a")},
                     {file("d/.wh."), file("d/.wh.."), file("d/.wh..."), file(".wh.none"), file("d/.wh..wh.plnk")}})),
      ElementsAre("d", "d/a"));
}

TEST(FileSystem, AWhiteoutBehindALinkRemovesTheRealOne) {
  EXPECT_THAT(paths(tree_of({{directory("usr/"), directory("usr/bin/"), file("usr/bin/a"), link("bin", "usr/bin")},
                             {file("bin/.wh.a")}})),
              ElementsAre("bin", "usr", "usr/bin"));
}

TEST(FileSystem, TypesGiveWayToEachOther) {
  const auto tree =
      tree_of({{directory("d/"), file("d/a"), file("f"), link("l", "d"), file("g")},
               {file("d", "now a file"), directory("f/"), file("f/b"), directory("l/"), file("g/below")}});
  EXPECT_THAT(paths(tree), ElementsAre("d", "f", "f/b", "g", "g/below", "l"));
  EXPECT_EQ(tree.read(path_of("d")), "now a file");
  EXPECT_EQ(tree.find(path_of("l"))->type, tree::NodeType::directory);
}

TEST(FileSystem, ADirectoryNamedAgainKeepsItsChildren) {
  auto again = directory("d/");
  again.mode = 0700;
  const auto tree = tree_of({{directory("d/"), file("d/a")}, {again}});
  EXPECT_THAT(paths(tree), ElementsAre("d", "d/a"));
  EXPECT_EQ(tree.find(path_of("d"))->mode, 0700U);
}

TEST(FileSystem, HardLinksShareAGroupAcrossLayers) {
  const auto tree = tree_of({{file("a", "one")}, {link("b", "a", TarType::hard_link)}});
  EXPECT_EQ(tree.read(path_of("b")), "one");
  EXPECT_NE(tree.find(path_of("a"))->hard_link_group, 0U);
  EXPECT_EQ(tree.find(path_of("a"))->hard_link_group, tree.find(path_of("b"))->hard_link_group);
}

TEST(FileSystem, NamesMayBeginAtTheRoot) {
  EXPECT_THAT(paths(tree_of({{directory("./"), directory("/a/"), file("./a/b"), file("//a/c")}})),
              ElementsAre("a", "a/b", "a/c"));
}

TEST(FileSystem, WhatLeadsOutIsRefused) {
  EXPECT_EQ(refused({{file("../x")}}),
            "error: the entry '../x' leads out of the image\n  while reading layer 1 of 1\n");
  EXPECT_EQ(refused({{file("a/../../x")}}),
            "error: the entry 'a/../../x' leads out of the image\n  while reading layer 1 of 1\n");
  EXPECT_EQ(refused({{link("out", "../..")}, {file("out/x")}}),
            "error: the links of '/out/x' lead out of the image\n  while reading layer 2 of 2\n");
  EXPECT_EQ(refused({{link("x", "../../etc/passwd", TarType::hard_link)}}),
            "error: the entry '../../etc/passwd' leads out of the image\n  while reading layer 1 of 1\n");
}

TEST(FileSystem, WhatMakesNoSenseIsRefused) {
  EXPECT_EQ(refused({{link("x", "none", TarType::hard_link)}}),
            "error: the hard link 'x' points at 'none', which is no file\n  while reading layer 1 of 1\n");
  EXPECT_EQ(refused({{link("a", "b"), link("b", "a"), file("a/x")}}),
            "error: the links of '/a/x' go in a circle\n  while reading layer 1 of 1\n");
  EXPECT_EQ(refused({{link("./", "usr")}}),
            "error: the entry './' would replace the root directory\n  while reading layer 1 of 1\n");
}

TEST(FileSystem, AnImageOfNoLayersIsAnEmptyRoot) { EXPECT_THAT(paths(tree_of({})), ElementsAre()); }

}  // namespace
}  // namespace debone::image
