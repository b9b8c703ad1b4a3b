#include "resolve/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "debian/names.h"
#include "resolve/similar_names.h"

namespace debone::resolve {
namespace {

using debian::Comparison;
using debian::Relation;

constexpr std::size_t most_told = 3;     // problems in one message
constexpr std::size_t most_instead = 5;  // of what there is instead of something
constexpr std::size_t most_names = 30;   // in a list of providers

bool is_limited(const Available& source) { return source.only != nullptr && !source.only->empty(); }

std::string labels_of(const std::vector<Available>& available) {
  std::vector<std::string> labels;
  for (const auto& source : available) {
    if (std::ranges::find(labels, source.label) == labels.end()) labels.push_back(source.label);
  }
  return labels.empty() ? "no source" : base::join(labels, ", ");
}

// "did you mean 'a', 'b' or 'c'?", or nothing.
std::string suggestion(const std::string& name, const std::vector<Available>& available) {
  std::vector<std::string> known;
  for (const auto& source : available) {
    if (source.priority < 0) continue;
    for (const auto& one : is_limited(source) ? *source.only : source.index->names()) {
      if (debian::is_package_name(one)) known.push_back(one);
    }
  }
  std::string text;
  const auto similar = similar_names(name, known);
  for (std::size_t i = 0; i < similar.size(); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : i + 1 == similar.size() ? " or " : ", ", similar[i]);
  }
  return text.empty() ? "" : fmt::format("did you mean {}?", text);
}

// What a source has of a name, or of what provides it, and may not supply.
std::string withheld(const std::string& name, const std::vector<Available>& available) {
  for (const auto& source : available) {
    if (source.may_supply(name)) continue;
    if (!source.index->named(name).empty()) {
      return fmt::format("{} has '{}', but the source's `packages:` does not list it", source.label, name);
    }
    for (const auto id : source.index->providing(name)) {
      if (const auto& owner = source.index->at(id).name; source.may_supply(owner)) {
        return fmt::format("'{}' of {} provides '{}', but the source's `packages:` does not list that", owner,
                           source.label, name);
      }
    }
  }
  return "";
}

const Wish& wish_of(Node root, const std::vector<Reached>& roots, const std::vector<Wish>& wishes) {
  const auto at = std::ranges::find(roots, root, &Reached::node);
  return wishes[at == roots.end() ? 0 : static_cast<std::size_t>(at - roots.begin())];
}

}  // namespace

base::Error Explainer::unknown(const Wish& wish) const {
  auto error = base::Error(base::Exit::usage,
                           fmt::format("no package '{}' in {} for {}", wish.name, labels_of(available_), architecture_))
                   .at(wish.place);
  if (auto advice = withheld(wish.name, available_); !advice.empty()) return std::move(error).hint(std::move(advice));
  if (const auto versions = versions_of(wish.name, available_); !versions.empty()) {
    const auto& source = available_[versions.front().source];
    return std::move(error).hint(
        fmt::format("{} has it, at priority {}, from which nothing is chosen by itself: write "
                    "'{}={}'",
                    source.label, source.priority, wish.name, versions.front().record->version.str()));
  }
  auto advice = suggestion(wish.name, available_);
  return advice.empty() ? std::move(error) : std::move(error).hint(std::move(advice));
}

base::Error Explainer::virtual_name(const Wish& wish, const std::vector<Node>& providers) const {
  std::vector<std::string> names;
  for (const Node node : providers) names.push_back(universe_.record(node).name);
  std::ranges::sort(names);
  if (names.size() == 1) {
    return base::Error(base::Exit::usage,
                       fmt::format("'{}' is a virtual package, which has no version and no suite", wish.name))
        .at(wish.place)
        .hint(fmt::format("it is '{}' that provides it: pin that", names.front()));
  }
  const std::vector<std::string> shown(names.begin(),
                                       names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_names)));
  return base::Error(base::Exit::usage,
                     fmt::format("'{}' is a virtual package that {} packages provide", wish.name, names.size()))
      .at(wish.place)
      .hint(fmt::format("name one of them: {}{}", base::join(shown, ", "),
                        shown.size() < names.size() ? ", and others" : ""));
}

std::string Explainer::described(Node node) const {
  return fmt::format("'{}' {}", universe_.record(node).name, universe_.record(node).version.str());
}

// Of "Depends: a (>= 1) | b".
std::vector<Relation> Explainer::alternatives_of(const std::string& relation) const {
  const auto clauses =
      debian::parse_relations(std::string_view(relation).substr(relation.find(':') + 1), architecture_);
  return clauses.empty() ? std::vector<Relation>{} : clauses.front();
}

// A package that has the relation's name and does not satisfy it.
std::string Explainer::had_instead(const Relation& relation, Node node) const {
  const auto& record = universe_.record(node);
  if (record.name == relation.name) {
    auto text = fmt::format("{} has {}", available_[universe_[node].source].label, described(node));
    if (!relation.qualifier.empty() && relation.admits(record.version)) {
      text +=
          relation.qualifier == "any" ? ", which is not 'Multi-Arch: allowed'" : fmt::format(", for {}", architecture_);
    }
    return text;
  }
  std::vector<std::string> provided;
  bool has_version = false;
  bool admits = false;
  for (const auto& it : record.provides) {
    if (it.name != relation.name) continue;
    if (provided.size() < most_instead) provided.push_back(it.str());
    has_version = has_version || it.comparison == Comparison::equal;
    admits = admits || (it.comparison == Comparison::equal && relation.admits(it.version));
  }
  auto text = fmt::format("'{}' provides {}", record.name, base::join(provided, " and "));
  if (relation.comparison != Comparison::any && !has_version) return text + ", without a version";
  if (relation.qualifier == "any" && (relation.comparison == Comparison::any || admits)) {
    return text + ", and is not 'Multi-Arch: allowed'";
  }
  return text;
}

// What the sources have instead of a relation that nothing satisfies: whatever has the name or provides it.
std::string Explainer::instead_of(const std::string& relation) {
  std::vector<std::string> notes;
  const auto note = [&](std::string text) {
    if (std::ranges::find(notes, text) == notes.end()) notes.push_back(std::move(text));
  };
  for (const auto& alternative : alternatives_of(relation)) {
    if (notes.size() > most_instead) break;
    const auto real = universe_.candidate(alternative.name);
    if (real) note(had_instead(alternative, *real));
    std::string not_chosen;
    bool is_there = real.has_value();
    for (const auto& source : available_) {
      for (const auto id : source.index->providing(alternative.name)) {
        if (notes.size() > most_instead) break;
        const auto& owner = source.index->at(id);
        const auto node = universe_.candidate(owner.name);
        if (!node) continue;
        if (&universe_.record(*node) != &owner) {
          not_chosen = fmt::format("'{}' {} of {} provides {}, but is not chosen", owner.name, owner.version.str(),
                                   source.label, alternative.name);
          continue;
        }
        note(had_instead(alternative, *node));
        is_there = true;
      }
    }
    if (!is_there) note(not_chosen.empty() ? fmt::format("no source has '{}'", alternative.name) : not_chosen);
  }
  if (notes.size() > most_instead) {
    notes.resize(most_instead);
    notes.emplace_back("and more such");
  }
  return base::join(notes, ", ");
}

// How a recipe would ask for it: by its suite where something is pinned to that, else by its version.
std::string Explainer::as_pin(const Pinned& it) const {
  for (const auto& [name, pinned] : pins_) {
    if (!pinned.suite.empty() && std::ranges::count(available_[it.source].suites, pinned.suite)) {
      return fmt::format("{}/{}", it.record->name, pinned.suite);
    }
  }
  return fmt::format("{}={}", it.record->name, it.record->version.str());
}

// "php 8.4.11 (trixie) would do, but 'php' is pinned to 8.4.16".
std::string Explainer::would_do(const Pinned& it) const {
  const auto& [name, version] = std::tie(it.record->name, it.record->version);
  const auto& source = available_[it.source];
  const auto pin = pins_.find(name);
  if (pin == pins_.end()) {
    return fmt::format("{} {} would do, which {} has at priority {}: write '{}'", name, version.str(), source.label,
                       source.priority, as_pin(it));
  }
  const auto& pinned = pin->second;
  const auto how = pinned.follows.empty() ? fmt::format("'{}' is pinned to {}", name, pinned.record->version.str())
                                          : fmt::format("'{}' comes from {} with '{}/{}'", name, pinned.suite,
                                                        pinned.follows, pinned.suite);
  return fmt::format("{} {} ({}) would do, but {}", name, version.str(), source.label, how);
}

// Another version than the one chosen that satisfies the relation.
std::optional<Pinned> Explainer::not_chosen(const Relation& relation) const {
  for (const auto& it : versions_of(relation.name, available_)) {
    if (relation.qualifier.empty() && relation.admits(it.record->version)) return it;
  }
  for (std::size_t i = 0; i < available_.size(); ++i) {
    for (const auto id : available_[i].index->providing(relation.name)) {
      const auto& owner = available_[i].index->at(id);
      if (!available_[i].may_supply(owner.name) || !available_[i].may_supply(relation.name)) continue;
      const auto node = universe_.candidate(owner.name);
      if (node && &universe_.record(*node) == &owner) continue;
      const bool is_met = std::ranges::any_of(owner.provides, [&](const Relation& provided) {
        return provided.name == relation.name && provided.qualifier.empty() && relation.qualifier.empty() &&
               (relation.comparison == Comparison::any ||
                (provided.comparison == Comparison::equal && relation.admits(provided.version)));
      });
      if (is_met) return Pinned{&owner, i};
    }
  }
  return std::nullopt;
}

// Another version of a package than the one chosen whose needs the packages chosen can meet, as one would ask for it:
// "libc6-dev/sid".
std::string Explainer::other_version_of(Node node) const {
  const auto& chosen = universe_.record(node);
  if (pins_.contains(chosen.name)) return "";
  const auto can_be_met = [&](const debian::Alternatives& clause) {
    return std::ranges::any_of(clause, [&](const Relation& it) { return !universe_.satisfying(it).empty(); });
  };
  for (const auto& it : versions_of(chosen.name, available_)) {
    const auto& record = *it.record;
    if (record.version == chosen.version || !std::ranges::all_of(record.pre_depends, can_be_met) ||
        !std::ranges::all_of(record.depends, can_be_met)) {
      continue;
    }
    return as_pin(it);
  }
  return "";
}

std::string Explainer::way_out(const Problem& problem, const std::vector<Node>& nodes) const {
  const auto alternatives = alternatives_of(problem.relation);
  if (problem.kind == Problem::Kind::conflict) {
    const auto& other = universe_.record(nodes[problem.other]);
    for (const auto& relation : alternatives) {
      if (relation.name != other.name || !relation.admits(other.version)) continue;
      for (const auto& it : versions_of(other.name, available_)) {
        if (!relation.admits(it.record->version)) return would_do(it);
      }
    }
    return "";
  }
  const auto instead = other_version_of(nodes[problem.package]);
  for (const auto& relation : alternatives) {
    const auto other = not_chosen(relation);
    if (!other) continue;
    auto advice = would_do(*other);
    if (pins_.contains(other->record->name) && !instead.empty()) advice += fmt::format("; or write '{}'", instead);
    return advice;
  }
  for (const auto& relation : alternatives) {
    if (auto advice = withheld(relation.name, available_); !advice.empty()) return advice;
  }
  return instead.empty() ? "" : fmt::format("another version can be installed: write '{}'", instead);
}

std::string Explainer::sentence(const Problem& problem, const std::vector<Node>& nodes) {
  const Node node = nodes[problem.package];
  if (problem.kind == Problem::Kind::unmet) {
    return fmt::format("{} cannot be installed: nothing meets '{}' ({})", described(node), problem.relation,
                       instead_of(problem.relation));
  }
  return fmt::format("{} and {} cannot be installed together: '{}' of '{}'", described(node),
                     described(nodes[problem.other]), problem.relation, universe_.record(node).name);
}

base::Error Explainer::unsolvable(const std::vector<Problem>& problems, const std::vector<Node>& nodes,
                                  const std::vector<Reached>& roots, const std::vector<Wish>& wishes) {
  const auto& first = problems.front();
  if (first.kind == Problem::Kind::other) {
    return base::Error(base::Exit::usage, "the packages cannot be installed together").at(wishes.front().place);
  }
  std::string what;
  std::string advice;
  for (std::size_t i = 0; i < std::min(problems.size(), most_told); ++i) {
    what += (i == 0 ? "" : "; ") + sentence(problems[i], nodes);
    if (advice.empty()) advice = way_out(problems[i], nodes);
  }
  if (problems.size() > most_told) {
    const auto more = problems.size() == most_problems ? "many" : std::to_string(problems.size() - most_told);
    what += fmt::format("; and {} more such", more);
  }

  const auto chain = chain_to(universe_, roots, nodes[first.package]);
  const auto& wish = wish_of(chain.root, roots, wishes);
  base::Error error(base::Exit::usage, std::move(what));
  error.place_if_none(wish.place);
  error.add_frame(fmt::format("resolving {}", chain.text));
  std::vector<std::string> named;
  if (!wish.place.empty()) named.push_back(fmt::format("'{}'", wish.name));
  if (first.kind == Problem::Kind::conflict) {
    const auto other = chain_to(universe_, roots, nodes[first.other]);
    const auto& other_wish = wish_of(other.root, roots, wishes);
    error.add_frame(fmt::format("resolving {}", other.text));
    if (!other_wish.place.empty() && other.root != chain.root) named.push_back(fmt::format("'{}'", other_wish.name));
    if (advice.empty() && !named.empty()) advice = fmt::format("leave out {}", base::join(named, " or "));
  } else if (advice.empty() && !named.empty()) {
    advice = fmt::format("add a source that has what is missing, or leave out {}", named.front());
  }
  return advice.empty() ? std::move(error) : std::move(error).hint(std::move(advice));
}

}  // namespace debone::resolve
