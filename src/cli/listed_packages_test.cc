#include "cli/listed_packages.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::cli {
namespace {

using ::testing::ElementsAre;

base::RelPath at(std::string_view path) { return *base::RelPath::parse(path); }

tree::Tree tree_of(const std::vector<std::pair<std::string, std::string>>& files) {
  tree::Tree tree;
  tree.put_symlink(at("lib"), "usr/lib", 0, "");
  for (const auto& [path, content] : files) tree.put_file(at(path), content, 0644, 0, "");
  return tree;
}

std::vector<std::string> packages(const tree::Tree& tree) {
  std::vector<std::string> lines;
  for (const auto& each : listed_packages(tree))
    lines.push_back(fmt::format("{} {} {} {}", each.name, each.version, each.architecture, each.installed_size));
  return lines;
}

std::vector<std::string> files(const tree::Tree& tree) {
  std::vector<std::string> lines;
  for (const auto& [path, package] : listed_files(tree)) lines.push_back(fmt::format("{} {}", path.str(), package));
  return lines;
}

TEST(ListedPackages, OfAnImageWithoutDpkg) {
  const auto tree =
      tree_of({{"usr/bin/b", "x"},
               {"usr/lib/b.so", "x"},
               {"etc/other", "x"},
               {"var/lib/dpkg/status.d/b", "Package: b\nVersion: 1:2-3\nArchitecture: amd64\nInstalled-Size: 4\n"},
               {"var/lib/dpkg/status.d/b.md5sums",
                "d41d8cd98f00b204e9800998ecf8427e  usr/bin/b\n"
                "d41d8cd98f00b204e9800998ecf8427e  lib/b.so\nd41d8cd98f00b204e9800998ecf8427e"
                "  gone\nshort\nd41d8cd98f00b204e9800998ecf8427e  ../../x\n"},
               {"var/lib/dpkg/status.d/YQ==", "Package: a\nVersion: 1\nArchitecture: all\n"}});
  EXPECT_THAT(packages(tree), ElementsAre("a 1 all 0", "b 1:2-3 amd64 4096"));
  EXPECT_THAT(files(tree), ElementsAre("usr/bin/b b", "usr/lib/b.so b", "var/lib/dpkg/status.d/YQ== a",
                                       "var/lib/dpkg/status.d/b b", "var/lib/dpkg/status.d/b.md5sums b"));
}

TEST(ListedPackages, OfAnImageThatDpkgMade) {
  const auto tree = tree_of({{"usr/bin/php8.4", "x"},
                             {"usr/lib/c.so", "x"},
                             {"var/lib/dpkg/info/php8.4-cli.list", "/.\n/usr\n/usr/bin\n/usr/bin/php8.4\n"},
                             {"var/lib/dpkg/info/php8.4-cli.postinst", "#!/bin/sh\n"},
                             {"var/lib/dpkg/info/c:amd64.list", "/lib/c.so\n"},
                             {"var/lib/dpkg/status",
                              "Package: php8.4-cli\nStatus: install ok installed\nVersion: 8\nArchitecture: amd64\n\n"
                              "Package: c\nStatus: hold ok installed\nVersion: 1\nArchitecture: amd64\n\n"
                              "Package: half\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: amd64\n\n"
                              "Package: known\nStatus: unknown ok not-installed\n"}});
  EXPECT_THAT(packages(tree), ElementsAre("c 1 amd64 0", "php8.4-cli 8 amd64 0"));
  EXPECT_THAT(
      files(tree),
      ElementsAre("usr/bin/php8.4 php8.4-cli", "usr/lib/c.so c", "var/lib/dpkg/info/c:amd64.list c",
                  "var/lib/dpkg/info/php8.4-cli.list php8.4-cli", "var/lib/dpkg/info/php8.4-cli.postinst php8.4-cli"));
}

}  // namespace
}  // namespace debone::cli
