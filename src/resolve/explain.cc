#include "resolve/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace debone::resolve {
namespace {

using debian::Comparison;
using debian::Relation;

constexpr std::size_t most_told = 3;  // problems in one message

bool is_limited(const Available& source) { return source.only != nullptr && !source.only->empty(); }

std::string labels_of(const std::vector<Available>& available) {
  std::vector<std::string> labels;
  for (const auto& source : available) {
    if (std::ranges::find(labels, source.label) == labels.end()) labels.push_back(source.label);
  }
  return labels.empty() ? "no source" : base::join(labels, ", ");
}

// The ending that the change to 64-bit times gave many a library's name does not count as a difference.
std::optional<std::string> nearest_name(const std::string& name, const std::vector<Available>& available) {
  constexpr std::string_view ending = "t64";
  std::vector<std::string> names;
  std::vector<std::string> shortened;
  for (const auto& source : available) {
    if (source.priority < 0) continue;
    for (auto& known : is_limited(source) ? *source.only : source.index->names()) {
      shortened.push_back(known.ends_with(ending) ? known.substr(0, known.size() - ending.size()) : known);
      names.push_back(known);
    }
  }
  const auto found = base::nearest(name, shortened);
  if (!found) return std::nullopt;
  return names[static_cast<std::size_t>(std::ranges::find(shortened, *found) - shortened.begin())];
}

// "vendor has it, ..." where a source has the package and may not supply it.
std::string withheld(const std::string& name, const std::vector<Available>& available) {
  for (const auto& source : available) {
    if (!source.may_supply(name) && !source.index->named(name).empty()) {
      return fmt::format("{} has '{}', but the source's `packages:` does not list it", source.label, name);
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
  const auto name = nearest_name(wish.name, available_);
  return name ? std::move(error).hint(fmt::format("did you mean '{}'?", *name)) : std::move(error);
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
  return base::Error(base::Exit::usage,
                     fmt::format("'{}' is a virtual package that {} packages provide", wish.name, names.size()))
      .at(wish.place)
      .hint(fmt::format("name one of them: {}", base::join(names, ", ")));
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
  const auto provided = std::ranges::find(record.provides, relation.name, &Relation::name);
  const bool lacks_version = relation.comparison != Comparison::any && provided->comparison == Comparison::any;
  return fmt::format("'{}' provides {}{}", record.name, provided->str(), lacks_version ? ", without a version" : "");
}

// What the sources have instead of a relation that nothing satisfies: whatever has the name or provides it.
std::string Explainer::instead_of(const std::string& relation) {
  std::vector<std::string> notes;
  const auto note = [&](const std::string& text) {
    if (std::ranges::find(notes, text) == notes.end()) notes.push_back(text);
  };
  for (const auto& alternative : alternatives_of(relation)) {
    const auto real = universe_.candidate(alternative.name);
    bool is_there = real.has_value();
    if (real) note(had_instead(alternative, *real));
    for (const auto& source : available_) {
      for (const auto id : source.index->providing(alternative.name)) {
        const auto& owner = source.index->at(id);
        const auto node = universe_.candidate(owner.name);
        if (!node || &universe_.record(*node) != &owner) continue;
        note(had_instead(alternative, *node));
        is_there = true;
      }
    }
    if (!is_there) note(fmt::format("no source has '{}'", alternative.name));
  }
  return base::join(notes, ", ");
}

// Where the sources have another version of the package, one that the relation admits or one that it does not, how to
// have it.
std::string Explainer::other_version(const Relation& relation, bool admitted) const {
  const auto candidate = universe_.candidate(relation.name);
  const bool would_be_chosen = candidate && relation.admits(universe_.record(*candidate).version) == admitted;
  for (const auto& it : versions_of(relation.name, available_)) {
    const auto& version = it.record->version;
    if (would_be_chosen || relation.admits(version) != admitted) continue;
    const auto& source = available_[it.source];
    if (const auto pin = pins_.find(relation.name); pin != pins_.end()) {
      return fmt::format("{} {} ({}) would do, but '{}' is pinned to {}", relation.name, version.str(), source.label,
                         relation.name, pin->second.record->version.str());
    }
    return fmt::format("{} {} would do, which {} has at priority {}: write '{}={}'", relation.name, version.str(),
                       source.label, source.priority, relation.name, version.str());
  }
  return admitted ? withheld(relation.name, available_) : "";
}

std::string Explainer::way_out(const Problem& problem, const std::vector<Node>& nodes) const {
  const auto alternatives = alternatives_of(problem.relation);
  for (const auto& relation : alternatives) {
    const bool is_unmet = problem.kind == Problem::Kind::unmet;
    if (!is_unmet && relation.name != universe_.record(nodes[problem.other]).name) continue;
    if (auto advice = other_version(relation, is_unmet); !advice.empty()) return advice;
  }
  return "";
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
  if (problems.size() > most_told) what += fmt::format("; and {} more such", problems.size() - most_told);

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
