#include "evidence/picked_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/glob.h"
#include "base/rel_path.h"
#include "recipe/cuts.h"

namespace debone::evidence {
namespace {

using base::TarType;

// The globs of one text, and whether they fitted anything.
struct Picker {
  std::vector<base::Glob> globs;
  bool fitted = false;

  bool picks(std::string_view path) {
    const bool fits = std::ranges::any_of(globs, [&](const base::Glob& glob) { return glob.fits_at_or_above(path); });
    fitted = fitted || fits;
    return fits;
  }
};

}  // namespace

std::vector<Cut> not_picked(const recipe::PackageFiles& files, const package::Facts& facts, std::size_t package) {
  std::vector<Picker> pickers;
  for (const auto& text : files.paths) pickers.push_back({recipe::globs_of(text)});
  std::vector<bool> is_picked(facts.files.size());
  std::set<std::string> on_the_way;
  const auto copyright = fmt::format("usr/share/doc/{}/copyright", facts.record.name);
  for (std::size_t i = 0; i < facts.files.size(); ++i) {
    const auto& path = facts.files[i].path;
    bool picked = path == copyright;
    for (auto& picker : pickers) picked = picker.picks(path) || picked;
    if (!picked) continue;
    is_picked[i] = true;
    for (auto parent = base::RelPath::parse(path)->parent(); !parent.is_root(); parent = parent.parent()) {
      if (!on_the_way.insert(parent.str()).second) break;
    }
  }
  for (std::size_t i = 0; i < pickers.size(); ++i) {
    if (pickers[i].fitted) continue;
    throw base::Error(base::Exit::usage, fmt::format("'{}' fits no file of {}", files.paths[i], facts.record.id()))
        .at(files.place.str());
  }
  std::vector<Cut> rest;
  for (std::size_t i = 0; i < facts.files.size(); ++i) {
    const auto& file = facts.files[i];
    if (is_picked[i] || (file.type == TarType::directory && (file.path.empty() || on_the_way.contains(file.path))))
      continue;
    rest.push_back({package, i, std::string(not_picked_rule),
                    fmt::format("the recipe takes other files of {} alone", facts.record.name), 0});
  }
  return rest;
}

}  // namespace debone::evidence
