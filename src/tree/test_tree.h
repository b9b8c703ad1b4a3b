// For tests alone: short ways to paths, packages and what a tree holds.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/events.h"
#include "base/test_tar.h"
#include "package/deb.h"
#include "package/test_deb.h"
#include "tree/tree.h"

namespace debone::tree {

inline base::RelPath path(std::string_view text) {
  auto parsed = base::RelPath::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(base::RelPath());
}

// A package with control fields beyond its name, and tar entries.
inline package::Deb make_deb(std::string_view name, const std::vector<base::TestHeader>& entries,
                             std::string_view fields = "", const package::Members& control_files = {},
                             std::string_view version = "1") {
  std::string data;
  for (const auto& entry : entries) data += base::tar_entry(entry);
  const auto control = package::control_tar(package::control_text(name, version, fields), control_files);
  return package::read_deb(package::deb(control, data + base::tar_end()), "amd64", std::string(name), 1U << 24U);
}

inline base::TestHeader dir(std::string name, unsigned mode = 0755) {
  return {.name = std::move(name), .type = '5', .mode = mode};
}
inline base::TestHeader file(std::string name, std::string content = "") {
  return {.name = std::move(name), .content = std::move(content)};
}
inline base::TestHeader link(std::string name, std::string target) {
  return {.name = std::move(name), .type = '2', .link = std::move(target), .mode = 0777};
}
inline base::TestHeader hard_link(std::string name, std::string target) {
  return {.name = std::move(name), .type = '1', .link = std::move(target)};
}

// A line a node, as in "usr/bin/ 755", "usr/bin/php 644 package:php 'content'", "bin -> usr/bin"; the root left out.
inline std::vector<std::string> listing(const Tree& tree, bool origins = false) {
  std::vector<std::string> lines;
  for (const auto& [where, node] : tree.nodes()) {
    if (where.is_root()) continue;
    std::string line;
    switch (node.type) {
      case NodeType::directory: line = fmt::format("{}/ {:o}", where.str(), node.mode); break;
      case NodeType::file: line = fmt::format("{} {:o} '{}'", where.str(), node.mode, node.content.bytes()); break;
      case NodeType::symlink: line = fmt::format("{} -> {}", where.str(), node.link_target); break;
    }
    lines.push_back(origins ? line + " " + node.origin : line);
  }
  return lines;
}

class Warnings : public base::Events {
 public:
  void warning(const std::string& text) override { texts.push_back(text); }
  void fetched(std::uint64_t, std::uint64_t) override {}
  std::vector<std::string> texts;
};

}  // namespace debone::tree
