#include "evidence/mentions.h"

#include <string_view>

#include "evidence/kinds.h"

namespace debone::evidence {

const std::vector<Mention>& Mentions::of(std::size_t package) {
  auto& mentions = of_[package];
  if (!mentions) mentions = find(package);
  return *mentions;
}

std::vector<Mention> Mentions::find(std::size_t package) const {
  std::vector<Mention> mentions;
  for (std::size_t j = 0; j < set_.facts(package).files.size(); ++j) {
    const FileRef ref{package, j};
    const auto kind = kinds_.of(ref);
    if (kind == Kind::documentation || kind == Kind::administration) continue;
    const auto& shown = set_.file(ref);
    for (const auto& path : shown.paths_named) {
      const auto target = set_.resolve(merged(std::string_view(path).substr(1)));
      if (!target) continue;
      for (const auto owner : set_.at(*target)) {
        if (owner.package != package) mentions.push_back({j, owner, path, false});
      }
      const auto alone = set_.sole_owner(*target);
      const bool is_related = alone && (set_.depends(package, *alone) || set_.depends(*alone, package));
      if (is_related && kinds_.is_data_directory(*alone, *target)) mentions.push_back({j, {*alone, 0}, path, true});
    }
    for (const auto& word : shown.words_named) {
      for (const auto owner : set_.named(word)) {
        if (owner.package != package && is_program_path(set_.path(owner))) mentions.push_back({j, owner, word, false});
      }
    }
  }
  return mentions;
}

}  // namespace debone::evidence
