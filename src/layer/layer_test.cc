#include "layer/layer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/compression.h"
#include "base/file.h"
#include "base/process.h"
#include "base/tar_reader.h"

namespace debone::layer {
namespace {

using base::RelPath;
using testing::ElementsAre;

RelPath path(std::string_view text) { return *RelPath::parse(text); }

std::string compressed(const Layer& layer) {
  std::string bytes;
  for (const auto& part : layer.parts) bytes += part;
  return bytes;
}

std::string tar_of(const Layer& layer) {
  return base::decompress(compressed(layer), base::Compression::gzip, 1U << 30U);
}

std::vector<std::string> names_of(const Layer& layer) {
  const auto tar = tar_of(layer);
  std::vector<std::string> names;
  for (const auto& entry : base::read_tar(tar)) names.push_back(entry.name);
  return names;
}

// Bytes that compress about as a program does, the same each time.
std::string noise(std::size_t size, std::uint32_t seed) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<char>((seed >> 24U) & 0x1FU);
  }
  return bytes;
}

tree::Tree sample() {
  tree::Tree tree;
  tree.put_directory(path("usr"), 0755, 10, "package:base-files");
  tree.put_directory(path("usr/bin"), 0755, 10, "package:base-files");
  tree.put_directory(path("var/lib/php/sessions"), 01733, 12, "package:php-common");
  tree.put_file(path("usr/bin/b"), "from b", 0755, 11, "package:b");
  tree.put_file(path("usr/bin/a"), "from zz", 04755, 11, "package:zz");
  tree.put_symlink(path("bin"), "usr/bin", 11, "package:b");
  tree.put_file(path("etc/passwd"), "root:x:0:0::/:\n", 0644, 13, "effect:accounts");
  tree.put_file(path("etc/own"), "own", 0600, 13, "recipe");
  tree.at(path("etc/own")).uid = 33;
  tree.at(path("etc/own")).gid = 34;
  return tree;
}

TEST(Layer, EmitsDirectoriesThenPackagesThenEffectsThenTheRecipe) {
  EXPECT_THAT(names_of(pack(sample(), 1)),
              ElementsAre("./", "etc/", "usr/", "usr/bin/", "var/", "var/lib/", "var/lib/php/", "var/lib/php/sessions/",
                          "bin", "usr/bin/b", "usr/bin/a", "etc/passwd", "etc/own"));
}

TEST(Layer, ItsDigestsAreThoseOfItsBytes) {
  const auto layer = pack(sample(), 2);
  const auto bytes = compressed(layer);
  const auto tar = tar_of(layer);
  EXPECT_EQ(layer.digest, base::Digest::of(bytes));
  EXPECT_EQ(layer.size, bytes.size());
  EXPECT_EQ(layer.diff_id, base::Digest::of(tar));
  EXPECT_EQ(layer.uncompressed_size, tar.size());
}

TEST(Layer, TheFirstOfAHardLinkGroupIsTheFile) {
  auto tree = sample();
  const auto group = tree.new_hard_link_group();
  // In path order etc/own comes first, in emission order the package's file does.
  const auto content = tree.find(path("usr/bin/b"))->content;
  for (const auto* name : {"etc/own", "usr/bin/a", "usr/bin/b"}) {
    tree.at(path(name)).hard_link_group = group;
    tree.at(path(name)).content = content;
  }
  const auto tar = tar_of(pack(tree, 1));
  std::vector<std::string> told;
  for (const auto& entry : base::read_tar(tar)) {
    if (entry.type == base::TarType::hard_link) told.push_back(entry.name + " to " + entry.link_target);
    if (entry.name == "usr/bin/b") {
      EXPECT_EQ(entry.type, base::TarType::file);
      EXPECT_EQ(entry.content, "from b");
    }
  }
  EXPECT_THAT(told, ElementsAre("usr/bin/a to usr/bin/b", "etc/own to usr/bin/b"));
}

tree::Tree large() {
  auto tree = sample();
  // Members end within a file, at its end, and between small ones.
  tree.put_file(path("usr/lib/huge.so"), noise((5U << 20U) + 77, 1), 0644, 1, "package:libhuge");
  tree.put_file(path("usr/lib/even.so"), noise(4U << 20U, 2), 0644, 1, "package:libhuge");
  for (int i = 0; i < 60; ++i) {
    tree.put_file(path("usr/share/x/" + std::to_string(i)), noise(20000 + static_cast<std::size_t>(i), 3), 0644, 1,
                  "package:x");
  }
  return tree;
}

TEST(Layer, TheBitsDoNotDependOnTheNumberOfThreads) {
  const auto tree = large();
  const auto one = pack(tree, 1);
  for (const unsigned jobs : {2U, 7U}) {
    const auto other = pack(tree, jobs);
    EXPECT_EQ(other.parts, one.parts) << jobs;
    EXPECT_EQ(other.digest, one.digest);
    EXPECT_EQ(other.diff_id, one.diff_id);
  }
}

TEST(Layer, APackagesBytesAreItsOwn) {
  auto tree = large();
  const auto before = pack(tree, 2);
  tree.at(path("usr/bin/b")).mtime = 99;  // of package b, before all others
  const auto after = pack(tree, 2);
  ASSERT_EQ(before.parts.size(), after.parts.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < before.parts.size(); ++i) different += before.parts[i] != after.parts[i] ? 1 : 0;
  EXPECT_EQ(different, 1U);
}

TEST(Layer, KeepsNoMoreMemoryThanItsBytes) {
  for (const auto& part : pack(large(), 2).parts) EXPECT_LT(part.capacity(), part.size() + 64);
}

// What lstat says of a path.
std::string told_of(const std::filesystem::path& file) {
  struct stat status{};
  EXPECT_EQ(::lstat(file.c_str(), &status), 0) << file;
  return fmt::format("{:o} size={} mtime={} links={}", status.st_mode, status.st_size, status.st_mtime,
                     status.st_nlink);
}

TEST(Layer, GnuTarExtractsWhatTheTreeSays) {
  auto tree = sample();
  const auto group = tree.new_hard_link_group();
  for (const auto* name : {"usr/bin/b", "usr/bin/c"}) {
    tree.put_file(path(name), "both", 0755, 11, "package:b");
    tree.at(path(name)).hard_link_group = group;
  }
  tree.at(path("usr/bin/a")).xattrs["security.capability"] = std::string("\x01\0\0\x02", 4);
  const base::TempDir folder("layer_test");
  const auto archive = folder.path() / "layer.tar.gz";
  const auto root = folder.path() / "root";
  base::write_file_atomically(archive, compressed(pack(tree, 2)));
  base::make_directories(root);
  const auto extracted = base::run_and_capture(
      {"tar", "--no-same-owner", "--preserve-permissions", "-xzf", archive.string(), "-C", root.string()}, 1U << 20U);
  ASSERT_EQ(extracted.status, 0) << extracted.err;
  EXPECT_EQ(extracted.err, "");
  EXPECT_EQ(told_of(root / "usr/bin/b"), "100755 size=4 mtime=11 links=2");
  EXPECT_EQ(told_of(root / "usr/bin/c"), "100755 size=4 mtime=11 links=2");
  EXPECT_EQ(told_of(root / "usr/bin/a"), "104755 size=7 mtime=11 links=1");
  EXPECT_EQ(told_of(root / "bin"), "120777 size=7 mtime=11 links=1");
  EXPECT_EQ(std::filesystem::read_symlink(root / "bin"), "usr/bin");
  EXPECT_EQ(told_of(root / "var/lib/php/sessions").substr(0, 6), "41733 ");
  EXPECT_EQ(base::read_file(root / "etc/own", 100), "own");

  const auto listed =
      base::run_and_capture({"tar", "--xattrs", "--xattrs-include=*", "-tvvzf", archive.string()}, 1U << 20U);
  EXPECT_THAT(listed.out, testing::HasSubstr("usr/bin/a\n  x: 4 security.capability\n"));
}

}  // namespace
}  // namespace debone::layer
