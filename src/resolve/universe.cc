#include "resolve/universe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/error.h"

namespace debone::resolve {
namespace {

using debian::Comparison;
using debian::MultiArch;
using debian::PackageRecord;
using debian::Relation;

constexpr std::size_t most_pairs = 5'000'000;

// apt's numbers: a stanza without the field ranks before "required", an unknown word last.
std::size_t priority_rank(const PackageRecord& record) {
  constexpr std::array<std::string_view, 6> ranks{"", "required", "important", "standard", "optional", "extra"};
  const auto* const at = std::ranges::find(ranks, record.priority);
  return std::min<std::size_t>(static_cast<std::size_t>(at - ranks.begin()), ranks.size() - 1);
}

// Whether the qualifier of a dependency lets a package of the native architecture (or "all") be meant.
bool is_native(std::string_view qualifier, std::string_view architecture) {
  return qualifier.empty() || qualifier == "native" || qualifier == architecture;
}

bool admits_itself(const Relation& relation, const PackageRecord& record, std::string_view architecture) {
  if (relation.qualifier == "any") {
    if (record.multi_arch != MultiArch::allowed) return false;
  } else if (!is_native(relation.qualifier, architecture)) {
    return false;
  }
  return relation.admits(record.version);
}

std::string_view name_of(const Relation* relation) { return relation->name; }

// `provided` has the relation's name.
bool admits_provided(const Relation& relation, const PackageRecord& owner, const Relation& provided,
                     std::string_view architecture) {
  if (relation.qualifier == "any") {
    if (provided.qualifier != "any" && !(provided.qualifier.empty() && owner.multi_arch == MultiArch::allowed)) {
      return false;
    }
  } else if (!is_native(relation.qualifier, architecture) || !is_native(provided.qualifier, architecture)) {
    return false;
  }
  // An unversioned Provides satisfies no versioned relation (Policy 7.5).
  return relation.comparison == Comparison::any ||
         (provided.comparison == Comparison::equal && relation.admits(provided.version));
}

}  // namespace

std::string Need::str() const { return fmt::format("{}: {}", field, debian::str(*alternatives)); }

Universe::Universe(const std::vector<Available>& available, const std::string& architecture, const Pins& pins)
    : available_(available), architecture_(architecture), pins_(pins) {}

std::optional<Node> Universe::candidate(std::string_view name) {
  if (const auto at = by_name_.find(name); at != by_name_.end()) return at->second;
  Candidate best;
  for (std::size_t i = 0; i < available_.size(); ++i) {
    const auto& source = available_[i];
    if (!source.may_supply(name)) continue;
    for (const auto id : source.index->named(name)) {
      const auto& record = source.index->at(id);
      best.essential = best.essential || record.essential;
      best.is_protected = best.is_protected || record.is_protected;
      if (source.priority < 0) continue;
      if (best.record != nullptr) {
        const int best_priority = available_[best.source].priority;
        if (source.priority < best_priority) continue;
        if (source.priority == best_priority && record.version <= best.record->version) continue;
      }
      best.record = &record;
      best.source = i;
    }
  }
  if (const auto pin = pins_.find(name); pin != pins_.end()) {
    best.record = pin->second.record;
    best.source = pin->second.source;
  }
  std::optional<Node> node;
  if (best.record != nullptr) {
    node = static_cast<Node>(candidates_.size());
    candidates_.emplace_back().candidate = best;
  }
  by_name_.emplace(name, node);
  return node;
}

const Universe::Preference& Universe::preference(Node node) {
  auto& known = candidates_[node].preference;
  if (!known) {
    const auto& it = candidates_[node].candidate;
    known = {it.essential, it.is_protected, priority_rank(*it.record), first_mention(it.record->name)};
  }
  return *known;
}

// pkgDepCache's CompareProviders (apt-pkg/depcache.cc), as far as it is not about installed packages.
bool Universe::prefers(Node a, Node b, std::string_view target) {
  if (const bool named = record(a).name == target; named != (record(b).name == target)) return named;
  const auto& left = preference(a);
  const auto& right = preference(b);
  return std::tuple(!left.essential, !left.is_protected, left.priority, right.first_mention) <
         std::tuple(!right.essential, !right.is_protected, right.priority, left.first_mention);
}

// apt reads the sources one after the other.
std::pair<std::size_t, std::uint32_t> Universe::first_mention(std::string_view name) const {
  for (std::size_t i = 0; i < available_.size(); ++i) {
    if (const auto at = available_[i].index->first_mention(name)) return {i, *at};
  }
  return {available_.size(), 0};
}

const std::vector<const Relation*>& Universe::provides(Node node) {
  if (!candidates_[node].provides) {
    const auto& source = available_[(*this)[node].source];
    std::vector<const Relation*> provides;
    for (const auto& provided : record(node).provides) {
      if (source.may_supply(provided.name) || !candidate(provided.name)) provides.push_back(&provided);
    }
    std::ranges::stable_sort(provides, {}, name_of);
    candidates_[node].provides = std::move(provides);
  }
  return *candidates_[node].provides;
}

// Through what it provides.
bool Universe::meets(Node node, const Relation& relation) {
  const auto of_name = std::ranges::equal_range(provides(node), std::string_view(relation.name), {}, name_of);
  return std::ranges::any_of(
      of_name, [&](const Relation* it) { return admits_provided(relation, record(node), *it, architecture_); });
}

void Universe::count_pairs(std::size_t more) {
  pairs_ += more;
  if (pairs_ > most_pairs) {
    throw base::Error(
        base::Exit::trust,
        fmt::format("the packages relate to one another in over {} ways, more than any archive's do", most_pairs))
        .hint("an index may be broken, or made to take this machine's memory");
  }
}

const std::vector<Node>& Universe::satisfying(const Relation& relation) {
  const auto [at, is_new] = by_relation_.try_emplace(relation.str());
  auto& nodes = at->second;
  if (!is_new) return nodes;
  const auto real = candidate(relation.name);
  if (real && admits_itself(relation, record(*real), architecture_)) nodes.push_back(*real);
  for (const auto& source : available_) {
    for (const auto id : source.index->providing(relation.name)) {
      const auto& owner = source.index->at(id);
      const auto node = candidate(owner.name);
      if (!node || &record(*node) != &owner || (!nodes.empty() && nodes.front() == *node)) continue;
      if (meets(*node, relation)) nodes.push_back(*node);
    }
  }
  count_pairs(nodes.size());
  std::ranges::sort(nodes, [&](Node a, Node b) { return prefers(a, b, relation.name); });
  return nodes;
}

void Universe::add_needs(std::vector<Need>& needs, std::string_view field,
                         const std::vector<debian::Alternatives>& clauses) {
  for (const auto& clause : clauses) {
    Need need{field, &clause, {}};
    for (const auto& relation : clause) {
      need.satisfying.push_back(&satisfying(relation));
      count_pairs(need.satisfying.back()->size());
    }
    needs.push_back(std::move(need));
  }
}

void Universe::add_bans(std::vector<Ban>& bans, Node node, std::string_view field,
                        const std::vector<debian::Alternatives>& clauses) {
  for (const auto& clause : clauses) {
    for (const auto& relation : clause) {
      auto hits = satisfying(relation);
      std::erase(hits, node);
      count_pairs(hits.size());
      if (!hits.empty()) bans.push_back({field, &relation, std::move(hits)});
    }
  }
}

const std::vector<Need>& Universe::needs(Node node) {
  auto& known = candidates_[node].needs;
  if (!known) {
    std::vector<Need> needs;
    add_needs(needs, "Pre-Depends", record(node).pre_depends);
    add_needs(needs, "Depends", record(node).depends);
    known = std::move(needs);
  }
  return *known;
}

const std::vector<Ban>& Universe::bans(Node node) {
  auto& known = candidates_[node].bans;
  if (!known) {
    std::vector<Ban> bans;
    add_bans(bans, node, "Conflicts", record(node).conflicts);
    add_bans(bans, node, "Breaks", record(node).breaks);
    known = std::move(bans);
  }
  return *known;
}

}  // namespace debone::resolve
