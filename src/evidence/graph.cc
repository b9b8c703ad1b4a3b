#include "evidence/graph.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace debone::evidence {
namespace {

// Whether the file does more than suggest that the package is used.
bool is_guess(Rule rule) {
  switch (rule) {
    case Rule::recipe:
    case Rule::started:
    case Rule::implied:
    case Rule::base:
    case Rule::keep:
    case Rule::needed:
    case Rule::linked:
    case Rule::interpreter:
    case Rule::stands_for:
    case Rule::executed:
    case Rule::effects:
    case Rule::locked:
    case Rule::depends: return false;
    case Rule::dlopened:
    case Rule::same_source:
    case Rule::data:
    case Rule::modules:
    case Rule::locale: return true;
  }
  return true;
}

// A soname says more than the loader's path, which every program names.
auto key_of(const Reason& reason) {
  return std::tuple(reason.rule, reason.by, std::string_view(reason.file), reason.what.starts_with('/'),
                    std::string_view(reason.what));
}

struct Distance {
  std::size_t guesses = 0;
  std::size_t steps = 0;
  friend auto operator<=>(const Distance&, const Distance&) = default;
};

// The evidence that each package shows, by position in `evidence`.
std::vector<std::vector<std::size_t>> shown_by(const std::vector<Evidence>& evidence, std::size_t packages) {
  std::vector<std::vector<std::size_t>> shown(packages);
  for (std::size_t i = 0; i < evidence.size(); ++i) shown[evidence[i].reason.by].push_back(i);
  return shown;
}

// Which packages chains lead to that do not pass `without`.
std::vector<bool> reached(const std::vector<Evidence>& evidence, const std::vector<std::vector<std::size_t>>& shown,
                          std::optional<std::size_t> without) {
  std::vector<bool> seen(shown.size());
  std::vector<std::size_t> pending;
  const auto reach = [&](std::size_t package) {
    if (seen[package] || package == without) return;
    seen[package] = true;
    pending.push_back(package);
  };
  for (const auto& one : evidence) {
    if (is_root(one.reason.rule)) reach(one.package);
  }
  while (!pending.empty()) {
    const auto from = pending.back();
    pending.pop_back();
    for (const auto i : shown[from]) reach(evidence[i].package);
  }
  return seen;
}

}  // namespace

std::vector<std::optional<Reason>> nearest_reasons(const std::vector<Evidence>& evidence, std::size_t packages) {
  const auto shown = shown_by(evidence, packages);
  std::vector<std::optional<Reason>> reasons(packages);
  std::vector<std::optional<Distance>> distances(packages);
  std::vector<std::pair<Distance, std::size_t>> pending;
  const auto reach = [&](const Evidence& one, Distance distance) {
    auto& best = distances[one.package];
    if (best && (*best < distance || (*best == distance && key_of(one.reason) >= key_of(*reasons[one.package]))))
      return;
    if (!best || distance < *best) pending.emplace_back(distance, one.package);
    best = distance;
    reasons[one.package] = one.reason;
  };
  for (const auto& one : evidence) {
    if (is_root(one.reason.rule)) reach(one, {});
  }
  std::vector<bool> done(packages);
  while (!pending.empty()) {  // Dijkstra's algorithm; there are too few packages for a heap to matter
    const auto nearest = std::ranges::min_element(pending);
    const auto from = nearest->second;
    pending.erase(nearest);
    if (done[from]) continue;
    done[from] = true;
    for (const auto i : shown[from]) {
      const auto& one = evidence[i];
      if (is_root(one.reason.rule)) continue;
      reach(one, {distances[from]->guesses + (is_guess(one.reason.rule) ? 1 : 0), distances[from]->steps + 1});
    }
  }
  return reasons;
}

std::vector<std::uint64_t> sizes_gone(const std::vector<Evidence>& evidence, const std::vector<std::uint64_t>& sizes) {
  const auto shown = shown_by(evidence, sizes.size());
  const auto with = reached(evidence, shown, std::nullopt);
  std::vector<std::uint64_t> gone(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!with[i]) continue;
    const auto without = reached(evidence, shown, i);
    for (std::size_t j = 0; j < sizes.size(); ++j) {
      if (with[j] && !without[j]) gone[i] += sizes[j];
    }
  }
  return gone;
}

}  // namespace debone::evidence
