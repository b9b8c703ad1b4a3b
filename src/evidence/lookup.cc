#include "evidence/lookup.h"

#include <algorithm>
#include <set>

#include "base/rel_path.h"
#include "base/text.h"
#include "evidence/kinds.h"

namespace debone::evidence {
namespace {

using base::TarType;

template <typename Fn>
void for_each_file(const PackageSet& set, const Fn& fn) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t j = 0; j < set.facts(i).files.size(); ++j) fn(FileRef{i, j});
  }
}

std::vector<std::string> nearest_of(std::string_view name, const std::set<std::string>& names) {
  const auto near = base::nearest(name, {names.begin(), names.end()});
  return near ? std::vector{*near} : std::vector<std::string>{};
}

void look_up_package(const PackageSet& set, std::string_view name, Lookup& lookup) {
  std::set<std::string> names;
  std::vector<Found> providers;
  for (std::size_t i = 0; i < set.size(); ++i) {
    names.insert(set.name(i));
    if (set.name(i) == name) lookup.found.push_back({i, std::nullopt, ""});
    if (std::ranges::count(set.facts(i).record.provides, name, &debian::Relation::name) > 0)
      providers.push_back({i, std::nullopt, ""});
  }
  if (lookup.found.empty()) lookup.found = std::move(providers);
  if (lookup.found.empty()) lookup.near = nearest_of(name, names);
}

void look_up_path(const PackageSet& set, std::string_view name, Lookup& lookup) {
  const auto parsed = base::RelPath::parse_absolute(name);
  if (!parsed) return;
  const auto asked = merged(parsed->str());
  const auto take = [&](const std::string& path) {
    for (const auto ref : set.at(path)) lookup.found.push_back({ref.package, ref.file, path});
    if (!lookup.found.empty()) return;
    for_each_file(set, [&](FileRef ref) {
      if (set.file(ref).type == TarType::directory && set.path(ref) == path)
        lookup.found.push_back({ref.package, ref.file, path});
    });
  };
  const auto target = set.resolve(asked).value_or(asked);
  if (target != asked) {
    take(target);
    if (!lookup.found.empty()) lookup.leads_to = target;
  }
  if (lookup.found.empty()) take(asked);
  if (!lookup.found.empty()) return;
  std::set<std::string> neighbours;
  std::set<std::string> namesakes;
  for_each_file(set, [&](FileRef ref) {
    const auto& path = set.path(ref);
    if (set.file(ref).type == TarType::directory) return;
    if (directory_of(path) == directory_of(asked)) neighbours.insert(std::string(last_component(path)));
    if (last_component(path) == last_component(asked)) namesakes.insert("/" + path);
  });
  for (const auto& near : nearest_of(last_component(asked), neighbours))
    lookup.near.push_back("/" + (directory_of(asked).empty() ? near : std::string(directory_of(asked)) + "/" + near));
  if (lookup.near.empty()) lookup.near = {namesakes.begin(), namesakes.end()};
}

void look_up_soname(const PackageSet& set, std::string_view name, Lookup& lookup) {
  for (const auto ref : set.named(name)) {
    const auto& file = set.file(ref);
    if (file.elf && file.type == TarType::file) lookup.found.push_back({ref.package, ref.file, set.path(ref)});
  }
  // A name that no library gives itself: a link to one.
  if (lookup.found.empty()) {
    for (const auto ref : set.named(name)) {
      for (const auto& target : set.at(set.destination(ref).value_or("")))
        lookup.found.push_back({target.package, target.file, set.path(target)});
    }
  }
  if (!lookup.found.empty()) return;
  std::set<std::string> sonames;
  for_each_file(set, [&](FileRef ref) {
    if (const auto& elf = set.file(ref).elf; elf && !elf->soname.empty()) sonames.insert(elf->soname);
  });
  lookup.near = nearest_of(name, sonames);
}

}  // namespace

NameKind kind_of_name(std::string_view name) {
  if (name.starts_with('/')) return NameKind::path;
  return name.ends_with(".so") || name.find(".so.") != std::string_view::npos ? NameKind::soname : NameKind::package;
}

Lookup look_up(const PackageSet& set, std::string_view name) {
  Lookup lookup;
  lookup.kind = kind_of_name(name);
  switch (lookup.kind) {
    case NameKind::package: look_up_package(set, name, lookup); break;
    case NameKind::path: look_up_path(set, name, lookup); break;
    case NameKind::soname: look_up_soname(set, name, lookup); break;
  }
  return lookup;
}

}  // namespace debone::evidence
