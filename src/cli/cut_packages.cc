#include "cli/cut_packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "evidence/picked_files.h"
#include "evidence/unused_programs.h"

namespace debone::cli {

using resolve::LockedState;

evidence::CutFiles cut_packages(const evidence::Cuts& cuts, const recipe::Recipe& recipe,
                                const std::vector<const resolve::LockedPackage*>& packages,
                                const std::vector<const package::Facts*>& facts) {
  auto in_image = facts;
  std::vector<evidence::KeptPackage> kept;
  std::vector<std::size_t> positions;  // of each kept one
  for (std::size_t i = 0; i < packages.size(); ++i) {
    const auto state = packages[i]->state;
    if (state != LockedState::kept && state != LockedState::data_only) in_image[i] = nullptr;
    if (in_image[i] == nullptr) continue;
    kept.push_back({facts[i], state == LockedState::kept});
    positions.push_back(i);
  }
  std::vector<evidence::UnusedProgram> unused;
  if (recipe.closure == recipe::ClosureMode::lean) unused = evidence::unused_programs(kept);
  for (auto& program : unused) program.package = positions[program.package];
  auto found = evidence::cut_files(cuts, in_image, unused);
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (packages[i]->state != LockedState::files || facts[i] == nullptr) continue;
    const auto files =
        std::ranges::find(recipe.files, packages[i]->name,
                          [](const recipe::PackageFiles& each) -> const auto& { return each.package.name; });
    auto rest = evidence::not_picked(*files, *facts[i], i);
    std::ranges::move(rest, std::back_inserter(found.cuts));
  }
  std::ranges::sort(found.cuts, {}, [](const evidence::Cut& cut) { return std::tie(cut.package, cut.file); });
  return found;
}

std::string summary_of(const std::vector<evidence::CutTotal>& totals) {
  if (totals.empty()) return "nothing";
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> parts;
  for (const auto& total : totals) {
    files += total.files;
    bytes += total.bytes;
    parts.push_back(fmt::format("{} {}", base::printable(total.rule), base::human_size(total.bytes)));
  }
  return fmt::format("{} {}, {}: {}", files, files == 1 ? "file" : "files", base::human_size(bytes),
                     base::join(parts, ", "));
}

}  // namespace debone::cli
