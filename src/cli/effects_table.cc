#include "cli/effects_table.h"

#include <deque>
#include <string>

#include "cli/embedded.h"

namespace debone::cli {

const std::vector<effects::TableFile>& effects_table() {
  static const auto table = [] {
    static std::deque<std::string> names;
    std::vector<effects::TableFile> files;
    for (const auto& file : embedded_effects())
      files.push_back({names.emplace_back("effects/" + std::string(file.path)), file.content});
    return files;
  }();
  return table;
}

}  // namespace debone::cli
