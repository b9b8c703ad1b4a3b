#include "cli/effects_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "cli/embedded.h"
#include "effects/effects.h"

namespace debone::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_file = 16ULL << 20U;

std::vector<fs::path> table_files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".yaml") found.push_back(entry->path());
  if (error) {
    throw base::Error(base::Exit::usage, fmt::format("cannot read the folder: {}", error.message()))
        .at(folder.string())
        .hint("DEBONE_EFFECTS names it");
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

const std::vector<effects::TableFile>& effects_table() {
  static std::deque<std::string> texts;  // which stay where they are
  static const auto table = [] {
    std::vector<effects::TableFile> files;
    for (const auto& file : embedded_effects())
      files.push_back({texts.emplace_back("effects/" + std::string(file.path)), file.content});
    const auto* folder = std::getenv("DEBONE_EFFECTS");
    if (folder == nullptr || *folder == '\0') return files;
    for (const auto& path : table_files_in(folder)) {
      const auto& name = texts.emplace_back(path.string());
      files.push_back({name, texts.emplace_back(base::read_file(path, largest_file))});
    }
    effects::Table(files).check(effects::is_finisher);  // that of the program has stood it before
    return files;
  }();
  return table;
}

}  // namespace debone::cli
