// What differs between two sides: packages, settings, paths. A pure comparison, everything in it sorted.
#pragma once

#include <string>
#include <vector>

#include "cli/side.h"
#include "resolve/lock_changes.h"

namespace debone::cli {

struct SettingChange {
  std::string kind;                                // "environment"
  std::string name;                                // "PATH", or empty
  const nlohmann::ordered_json* before = nullptr;  // null: it is new
  const nlohmann::ordered_json* after = nullptr;   // null: it is gone
};

struct FileChange {
  base::RelPath path;
  const SideFile* before = nullptr;  // null: it is new
  const SideFile* after = nullptr;   // null: it is gone
  const SideFile& either() const { return after != nullptr ? *after : *before; }
};

struct Differences {
  std::vector<resolve::LockChange> packages;
  std::vector<SettingChange> accounts;
  std::vector<SettingChange> config;
  std::vector<FileChange> files;
  bool empty() const { return packages.empty() && accounts.empty() && config.empty() && files.empty(); }
};

// Compared is what both sides have. The differences point into the sides.
Differences differences(const Side& before, const Side& after);

}  // namespace debone::cli
