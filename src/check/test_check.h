// For tests alone: an image in which nothing is found, to be spoilt, and what the checks say of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "check/check.h"
#include "package/elf.h"
#include "package/fake_elf.h"

namespace debone::check {

using base::RelPath;

// A program of this machine, and the loader that it names.
inline const std::string& program() {
  static const std::string bytes = base::read_file("/bin/true", 1U << 24U);
  return bytes;
}
inline std::string loader() { return package::read_elf(program())->interpreter; }

// A library of this machine's kind.
inline std::string library(const std::string& soname, std::vector<std::string> needed = {}) {
  const auto own = *package::read_elf(program());
  package::testing::FakeElf elf;
  elf.is_64 = own.is_64;
  elf.big_endian = own.big_endian;
  elf.machine = own.machine;
  elf.soname = soname;
  elf.needed = std::move(needed);
  return elf.bytes();
}

class Check : public ::testing::Test {
 protected:
  Check() {
    recipe.entrypoint = {"serve", "-F"};
    file("usr/bin/serve", program(), 0755);
    file(loader().substr(1), "loader", 0755);
    const auto elf = *package::read_elf(program());
    for (const auto& soname : elf.needed) file("usr/lib/" + soname, library(soname));
    file("etc/passwd", "root:*:0:0:root:/root:/bin/sh\nwww-data:*:33:33::/:/usr/sbin/nologin\n");
    file("etc/group", "root:*:0:\nwww-data:*:33:\n");
  }

  tree::Node& file(const std::string& path, std::string content, std::uint32_t mode = 0644,
                   const std::string& origin = "package:x") {
    return tree.at(tree.put_file(*RelPath::parse(path), std::move(content), mode, 0, origin));
  }
  void link(const std::string& path, const std::string& target, const std::string& origin = "package:x") {
    tree.put_symlink(*RelPath::parse(path), target, 0, origin);
  }

  std::vector<Finding> all() const {
    return findings_of({.tree = tree,
                        .process = process_of(recipe),
                        .is_apts_choice = recipe.closure == recipe::ClosureMode::full,
                        .debians_own = debians_own,
                        .cut_names = cut_names,
                        .repeats = repeated});
  }
  // A line a finding, those of many paths grouped: "failure entrypoint-missing /path: text".
  std::string findings() const { return lines(grouped(all())); }
  static std::string lines(const std::vector<Finding>& findings) {
    std::string text;
    for (const auto& finding : findings)
      text += fmt::format("{} {} {}: {}\n", finding.severity == Severity::failure ? "failure" : "report", finding.id,
                          finding.path, finding.text);
    return text;
  }

  tree::Tree tree;
  recipe::Recipe recipe;
  std::vector<Lack> debians_own;
  std::optional<std::set<std::string>> cut_names;
  std::vector<Repeat> repeated;
};

}  // namespace debone::check
