// What holds for all commands alike, in one place for `debone --help` and the man page: the exit statuses and the
// environment.
#pragma once

#include <string>
#include <vector>

namespace debone::cli {

struct ManualEntry {
  std::string name;
  std::string text;
};

struct ManualSection {
  std::string title;  // "Exit status"
  std::vector<ManualEntry> entries;
};

std::vector<ManualSection> manual_sections();

}  // namespace debone::cli
