#include "evidence/cuts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "evidence/kinds.h"
#include "package/merged_path.h"
#include "recipe/cuts.h"

namespace debone::evidence {
namespace {

constexpr std::string_view doc = "usr/share/doc/";

// A file's path by each of its names: with merged /usr, /lib/x and /usr/lib/x are one.
class Names {
 public:
  explicit Names(std::string_view path) : merged_(merged(path)), all_{merged_, {}} {
    constexpr std::string_view usr = "usr/";
    if (!merged_.starts_with(usr)) return;
    const auto in_usr = std::string_view(merged_).substr(usr.size());
    const auto slash = in_usr.find('/');
    if (slash != std::string_view::npos && package::is_merged(in_usr.substr(0, slash))) all_[1] = in_usr;
  }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  bool fit_any(const std::vector<base::Glob>& globs) const {
    return std::ranges::any_of(all_, [&](std::string_view name) {
      return !name.empty() &&
             std::ranges::any_of(globs, [&](const base::Glob& glob) { return glob.fits_at_or_above(name); });
    });
  }

 private:
  std::string merged_;
  std::array<std::string_view, 2> all_;  // the second may be empty: there is none
};

bool holds(const CutSet& set, const Names& names, const package::File& content) {
  return (set.holds == nullptr || set.holds(content)) && names.fit_any(set.globs) && !names.fit_any(set.except);
}

// Whether one of the globs fits and ends in the very name of the file.
bool names_it(const std::vector<base::Glob>& globs, std::string_view path) {
  const auto name = merged(path);
  return std::ranges::any_of(
      globs, [&](const base::Glob& glob) { return glob.ends_in_name(last_component(name)) && glob.fits(name); });
}

}  // namespace

std::string CutRule::str() const {
  return place.empty() ? fmt::format("{}, on by default", name) : fmt::format("{} of {}", name, place);
}

bool is_copyright(std::string_view path) {
  if (!path.starts_with(doc)) return false;
  const auto components = base::split(path.substr(doc.size()), '/');
  const auto& last = components.back();
  return components.size() > 1 &&
         (last == "NOTICE" || last.starts_with("NOTICE.") ||
          std::find(components.begin() + 1, components.end(), "copyright") != components.end());
}

bool is_doc_link(const package::File& file) {
  return file.type == base::TarType::symlink && file.path.starts_with(doc) &&
         file.path.find('/', doc.size()) == std::string::npos;
}

Cuts::Cuts(const recipe::Recipe& recipe) {
  for (const auto& set : cut_sets()) {
    if (set.by_default) add(set, "", false);
  }
  for (const auto& item : recipe.cuts) {
    const auto place = item.place.str();
    if (item.what.find('/') != std::string::npos) {
      rules_.push_back({.name = item.what, .summary = {}, .place = place, .restores = item.restore});
      matchers_.push_back({.set = nullptr, .globs = recipe::globs_of(item.what)});
      continue;
    }
    bool known = false;
    for (const auto& set : cut_sets()) {
      if (item.what != set.name && !(set.by_default && item.what == recipe::default_cuts)) continue;
      add(set, place, item.restore);
      known = true;
    }
    if (!known) {
      throw base::Error(base::Exit::usage, fmt::format("no set of cuts is called '{}'", item.what)).at(place);
    }
  }
  for (const auto& item : recipe.paths) {
    if (item.type != recipe::PathType::permissions) placed_.push_back(item.path);
  }
}

Cuts::Cuts(const CutSet& set) { add(set, "", false); }

void Cuts::add(const CutSet& set, const std::string& place, bool restores) {
  rules_.push_back(
      {.name = std::string(set.name), .summary = std::string(set.summary), .place = place, .restores = restores});
  matchers_.push_back({.set = &set, .globs = {}});
}

const CutRule* Cuts::last_of(const package::File& file, const package::File& content, bool by_name_alone) const {
  // The root, and the links of merged /usr, are nobody's to cut.
  if (file.path.empty() || package::is_merged(file.path)) return nullptr;
  const Names names(file.path);
  for (auto i = rules_.size(); i-- > 0;) {
    const auto& [set, globs] = matchers_[i];
    const bool fits = by_name_alone    ? set == nullptr && names_it(globs, file.path)
                      : set != nullptr ? holds(*set, names, content)
                                       : names.fit_any(globs);
    if (fits) return &rules_[i];
  }
  return nullptr;
}

const CutRule* Cuts::decide(const package::File& file, const package::File& content) const {
  return last_of(file, content, is_copyright(file.path) || is_doc_link(file));
}

const CutRule* Cuts::decide_protected(const package::File& file, const package::File& content) const {
  return last_of(file, content, true);
}

bool Cuts::is_placed(const base::RelPath& path) const {
  return std::ranges::any_of(
      placed_, [&](const base::RelPath& placed) { return placed.is_within(path) || path.is_within(placed); });
}

}  // namespace debone::evidence
