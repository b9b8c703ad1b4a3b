#include "evidence/shipped.h"

#include <algorithm>
#include <utility>

#include "base/rel_path.h"
#include "evidence/kinds.h"

namespace debone::evidence {
namespace {

constexpr std::size_t most_links = 40;  // as the kernel (MAXSYMLINKS)

}  // namespace

Shipped::Shipped(const std::vector<const package::Facts*>& packages) {
  std::unordered_map<std::string, Place> by_path;
  for (std::size_t package = 0; package < packages.size(); ++package) {
    if (packages[package] == nullptr) continue;
    const auto& files = packages[package]->files;
    for (std::size_t file = 0; file < files.size(); ++file) {
      if (files[file].path.empty()) continue;
      const auto path = merged(files[file].path);
      auto& place = by_path[path];
      const bool is_link = files[file].type == base::TarType::symlink;
      if (place.entries.empty() && is_link) place.link = files[file].link;
      if (!is_link) place.link.clear();
      place.entries.push_back({package, file});
      for (auto above = directory_of(path); !above.empty(); above = directory_of(above)) {
        auto& filled_by = by_path[std::string(above)].filled_by;
        if (!filled_by.empty() && filled_by.back() == package) break;  // and so are those above it
        filled_by.push_back(package);
      }
    }
  }
  std::vector<std::pair<std::string_view, Place*>> in_order;
  in_order.reserve(by_path.size());
  for (auto& [path, place] : by_path) in_order.emplace_back(path, &place);
  std::ranges::sort(in_order);
  places_.reserve(in_order.size());
  by_path_.reserve(in_order.size());
  for (const auto& [path, place] : in_order) {
    place->path = path;
    places_.push_back(std::move(*place));
  }
  for (std::size_t i = 0; i < places_.size(); ++i) by_path_.emplace(places_[i].path, i);
  for (auto& place : places_) place.above = find(directory_of(place.path));
}

std::size_t Shipped::find(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? none : found->second;
}

std::vector<std::string> Shipped::way(std::string_view path) const {
  std::vector<std::string> met;
  auto ahead = merged(path);
  for (;;) {
    // The first link on the way, if there is one.
    std::size_t place = none;
    std::size_t end = 0;
    do {
      end = std::min(ahead.find('/', end + 1), ahead.size());
      place = find(std::string_view(ahead).substr(0, end));
    } while (end < ahead.size() && (place == none || places_[place].link.empty()));
    met.push_back(ahead.substr(0, end));
    if (place == none || places_[place].link.empty() || met.size() > most_links) return met;
    const auto link = base::RelPath::parse(met.back());
    const auto target = link ? base::link_destination(*link, places_[place].link) : std::nullopt;
    if (!target || target->is_root()) return met;
    ahead = merged(target->str() + ahead.substr(end));
  }
}

std::vector<std::string> Shipped::way_of_link(std::string_view path, std::string_view target) const {
  const auto link = base::RelPath::parse(path);
  const auto destination = link ? base::link_destination(*link, target) : std::nullopt;
  if (!destination || destination->is_root()) return {};
  return way(destination->str());
}

}  // namespace debone::evidence
