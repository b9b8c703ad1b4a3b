#include "evidence/roots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace debone::evidence {
namespace {

// In every image without being named: the directories of every system, and on trixie the links of the merged /usr.
constexpr std::string_view implied = "base-files";

// base-passwd's masters are what passwd and group are made of; its program would bring libselinux1 and debconf's
// library.
struct ReadForEffects {
  std::string_view package;
  std::string_view what;
};
constexpr std::array<ReadForEffects, 1> read_for_effects{{{"base-passwd", "the accounts of every Debian system"}}};

}  // namespace

Roots::Roots(const PackageSet& set, const recipe::Recipe& recipe)
    : set_(set), read_(set.size()), excluded_(set.size()) {
  for (const auto& overrule : recipe.exclude) excluded_[overruled(overrule, "exclude")] = &overrule;
  for (const auto& overrule : recipe.keep) {
    const auto found = overruled(overrule, "keep");
    kept_.push_back({found, {Rule::keep, found, "", overrule.reason}});
  }
  for (const auto& [package, what] : read_for_effects) {
    const auto found = position(package);
    if (found) read_[*found] = Reason{Rule::effects, *found, "", std::string(what)};
  }
  for (const auto& request : recipe.packages) {
    for (const auto found : requested(request.name)) kept_.push_back({found, {Rule::recipe, found, "", request.name}});
  }
  if (const auto starts = recipe.starts(); !starts.empty()) {
    for (const auto program : set.program(starts))
      kept_.push_back({program.package, {Rule::started, program.package, "", starts}});
  }
  if (const auto found = position(implied)) kept_.push_back({*found, {Rule::implied, *found, "", ""}});
}

std::size_t Roots::overruled(const recipe::Overrule& overrule, std::string_view key) const {
  if (const auto found = position(overrule.package)) return *found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < set_.size(); ++i) names.push_back(set_.name(i));
  const auto near = base::nearest(overrule.package, names);
  throw base::Error(base::Exit::usage,
                    fmt::format("'{}' of '{}' is not in apt's closure of this recipe", overrule.package, key))
      .at(overrule.place.str())
      .hint(near ? fmt::format("did you mean '{}'?", *near) : "'packages' adds a package of the archive");
}

std::optional<std::size_t> Roots::position(std::string_view name) const {
  for (std::size_t i = 0; i < set_.size(); ++i) {
    if (set_.name(i) == name) return i;
  }
  return std::nullopt;
}

// The package of that name, or what provides a virtual one.
std::vector<std::size_t> Roots::requested(std::string_view name) const {
  if (const auto found = position(name)) return {*found};
  std::vector<std::size_t> providers;
  for (std::size_t i = 0; i < set_.size(); ++i) {
    if (std::ranges::count(set_.facts(i).record.provides, name, &debian::Relation::name) > 0) providers.push_back(i);
  }
  return providers;
}

void Roots::refuse_exclude(std::size_t package, const Reason& reason) const {
  throw base::Error(base::Exit::usage, fmt::format("'{}' is excluded, but /{} of {} needs {}", set_.name(package),
                                                   reason.file, set_.name(reason.by), reason.what))
      .at(excluded_[package]->place.str())
      .hint(fmt::format("cut that file too (`cuts: [/{}]`), or do without the exclude", reason.file));
}

}  // namespace debone::evidence
