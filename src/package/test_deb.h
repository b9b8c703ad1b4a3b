// For tests alone: .debs put together member by member, well-formed or not.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/test_tar.h"

namespace debone::package {

inline std::string ar_member(std::string_view name, std::string_view content) {
  auto member = fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, "100644", content.size());
  member += content;
  if (content.size() % 2 != 0) member += '\n';
  return member;
}

using Members = std::vector<std::pair<std::string, std::string>>;

inline std::string ar(const Members& members) {
  std::string archive = "!<arch>\n";
  for (const auto& [name, content] : members) archive += ar_member(name, content);
  return archive;
}

inline std::string control_text(std::string_view name, std::string_view version, std::string_view fields = "") {
  return fmt::format("Package: {}\nVersion: {}\nArchitecture: amd64\nMaintainer: A <a@example.org>\n{}", name, version,
                     fields);
}

// control.tar with `control` and other files.
inline std::string control_tar(std::string_view control, const Members& others = {}) {
  auto archive = base::tar_entry({.name = "./", .type = '5', .mode = 0755}) +
                 base::tar_entry({.name = "./control", .content = std::string(control)});
  for (const auto& [name, content] : others) archive += base::tar_entry({.name = name, .content = content});
  return archive + base::tar_end();
}

inline std::string deb(const std::string& control, const std::string& data) {
  return ar({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar", data}});
}

}  // namespace debone::package
