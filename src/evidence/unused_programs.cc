#include "evidence/unused_programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "evidence/kinds.h"
#include "evidence/package_set.h"

namespace debone::evidence {
namespace {

using base::TarType;

PackageSet set_of(const std::vector<KeptPackage>& packages) {
  std::vector<const package::Facts*> facts;
  for (const auto& package : packages) facts.push_back(package.facts);
  return PackageSet(std::move(facts));
}

}  // namespace

std::vector<UnusedProgram> unused_programs(const std::vector<KeptPackage>& packages) {
  const auto set = set_of(packages);
  std::vector<UnusedProgram> unused;
  std::set<std::string, std::less<>> gone;
  const auto for_each = [&](const auto& fn) {
    for (std::size_t i = 0; i < packages.size(); ++i) {
      for (std::size_t j = 0; j < packages[i].facts->files.size(); ++j) {
        if (packages[i].cut.empty() || !packages[i].cut[j]) fn(FileRef{i, j}, packages[i].facts->files[j]);
      }
    }
  };
  const auto has_interpreter = [&](FileRef script) {
    return std::ranges::any_of(set.interpreter(script),
                               [&](FileRef program) { return packages[program.package].programs; });
  };
  for_each([&](FileRef ref, const package::File& file) {
    const auto& path = set.path(ref);
    if (file.type == TarType::directory || !is_program_path(path)) return;
    std::string why;
    if (!packages[ref.package].programs)
      why = fmt::format("{} is there for its data alone", set.name(ref.package));
    else if (!file.interpreter.empty() && !has_interpreter(ref))
      why = fmt::format("{} is not in the image", file.interpreter);
    if (why.empty()) return;
    gone.insert(path);
    unused.push_back({ref.package, ref.file, path, std::move(why)});
  });
  for_each([&](FileRef ref, const package::File& file) {
    if (file.type != TarType::symlink || gone.contains(set.path(ref))) return;
    const auto target = set.destination(ref);
    if (target && gone.contains(*target))
      unused.push_back({ref.package, ref.file, set.path(ref), fmt::format("/{} is cut", *target)});
  });
  std::ranges::sort(unused, {}, [](const UnusedProgram& one) { return std::tie(one.package, one.path); });
  return unused;
}

}  // namespace debone::evidence
