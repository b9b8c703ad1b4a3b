#include "cli/cut_debs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "package/leave_out.h"

namespace debone::cli {

std::vector<evidence::CutTotal> cut_debs(std::vector<package::Deb>& debs, const std::vector<package::Facts>& facts,
                                         const recipe::Recipe& recipe, base::Events& events) {
  std::vector<const package::Facts*> packages;
  for (const auto& one : facts) packages.push_back(&one);
  auto cut = evidence::cut_files(evidence::Cuts(recipe), packages, {});
  std::vector<std::vector<std::size_t>> entries(debs.size());
  for (const auto& one : cut.cuts) entries[one.package].push_back(one.file);
  for (std::size_t i = 0; i < debs.size(); ++i) package::leave_out(debs[i], entries[i]);
  for (const auto& warning : cut.warnings) events.warning(warning);
  return std::move(cut.totals);
}

std::string told(const std::vector<evidence::CutTotal>& totals) {
  if (totals.empty()) return "nothing";
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> parts;
  for (const auto& total : totals) {
    files += total.files;
    bytes += total.bytes;
    parts.push_back(fmt::format("{} {}", total.rule, base::human_size(total.bytes)));
  }
  return fmt::format("{} {}, {}: {}", files, files == 1 ? "file" : "files", base::human_size(bytes),
                     base::join(parts, ", "));
}

}  // namespace debone::cli
