#include "resolve/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "resolve/reach.h"
#include "resolve/solv.h"
#include "resolve/universe.h"
#include "resolve/walk.h"

namespace debone::resolve {
namespace {

// A name to be installed, by the recipe or implied.
struct Wish {
  std::string name;
  std::string place;  // empty where it is implied
};

class Solve {
 public:
  Solve(std::vector<Wish> wishes, const std::vector<Available>& available, const std::string& architecture)
      : wishes_(std::move(wishes)),
        available_(available),
        architecture_(architecture),
        universe_(available, architecture) {}

  Solution run() {
    for (const auto& wish : wishes_) roots_.push_back({find(wish), {"", wish.name}});
    const auto proposal = walk(universe_, nodes(roots_), {});
    auto reached = within(proposal.packages);
    if (!holds(proposal, reached)) {
      // What the repair could not keep is refused, and the walk walked again without it: the repair is any set that
      // holds together, the second walk the one that apt would come to.
      const auto repaired = repair(proposal.packages);
      const auto second = walk(universe_, nodes(roots_), refused(proposal.packages, repaired));
      reached = within(second.packages);
      if (!holds(second, reached)) reached = within(repaired);
    }
    return solution(std::move(reached));
  }

 private:
  static std::vector<Node> nodes(const std::vector<Reached>& reached) {
    std::vector<Node> all;
    for (const auto& it : reached) all.push_back(it.node);
    return all;
  }

  // The part of `packages` that the wishes reach, with the reasons.
  std::vector<Reached> within(const std::vector<Node>& packages) {
    const std::set<Node> chosen(packages.begin(), packages.end());
    return reach(universe_, roots_, [&](Node node) { return chosen.contains(node); });
  }

  bool holds(const Proposal& proposal, const std::vector<Reached>& reached) const {
    return !proposal.broken && !judge(reached, {}).problem;
  }

  // All of `reached` is to be installed, or where `favoured` is given, the wishes alone.
  Verdict judge(const std::vector<Reached>& reached, const std::vector<Node>& favoured) const {
    const std::set<Node> preferred(favoured.begin(), favoured.end());
    std::vector<const debian::PackageRecord*> records;
    std::vector<std::size_t> wanted;
    std::vector<std::size_t> liked;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      records.push_back(&universe_.record(reached[i].node));
      if (favoured.empty() || reached[i].reason.by.empty()) wanted.push_back(i);
      if (preferred.contains(reached[i].node)) liked.push_back(i);
    }
    return solve_sat(records, wanted, liked, architecture_);
  }

  // Another set out of all that the wishes reach through any alternative, as near to the proposal as libsolv finds.
  std::vector<Node> repair(const std::vector<Node>& proposal) {
    const auto all = reach(universe_, roots_, [](Node) { return true; });
    const auto verdict = judge(all, proposal);
    if (verdict.problem) throw unsolvable(*verdict.problem, nodes(all));
    std::vector<Node> packages;
    for (const auto position : verdict.installed) packages.push_back(all[position].node);
    return packages;
  }

  // The packages of a proposal that have no place beside a set that holds: what the set excludes or is excluded by, and
  // what then has nothing left to meet a need.
  std::vector<Node> refused(const std::vector<Node>& proposal, const std::vector<Node>& set) {
    std::set<Node> kept(set.begin(), set.end());
    std::vector<Node> undecided;
    std::ranges::copy_if(proposal, std::back_inserter(undecided), [&](Node node) { return !kept.contains(node); });
    std::set<Node> excluded;
    const auto exclude_by = [&](Node node, bool from_set) {
      for (const Ban& ban : universe_.bans(node)) {
        for (const Node hit : ban.hits) {
          if (from_set) excluded.insert(hit);
          if (!from_set && kept.contains(hit)) excluded.insert(node);
        }
      }
    };
    for (const Node node : set) exclude_by(node, true);
    for (const Node node : undecided) exclude_by(node, false);
    kept.insert(undecided.begin(), undecided.end());
    std::vector<Node> refused;
    const auto has_no_place = [&](Node node) {
      return excluded.contains(node) || std::ranges::any_of(universe_.needs(node), [&](const Need& need) {
               return std::ranges::none_of(need.satisfying, [&](const auto* nodes) {
                 return std::ranges::any_of(*nodes, [&](Node it) { return kept.contains(it); });
               });
             });
    };
    for (std::size_t before = proposal.size() + 1; undecided.size() < before;) {
      before = undecided.size();
      for (const Node node : std::exchange(undecided, {})) {
        if (has_no_place(node)) {
          refused.push_back(node);
          kept.erase(node);
        } else {
          undecided.push_back(node);
        }
      }
    }
    return refused;
  }

  Solution solution(std::vector<Reached> reached) const {
    Solution solution;
    for (auto& [node, reason] : reached) {
      const auto& candidate = universe_[node];
      solution.packages.push_back({candidate.record, available_[candidate.source].origin, std::move(reason)});
    }
    std::ranges::sort(solution.packages, {}, [](const Chosen& it) { return it.package->name; });
    return solution;
  }

  Node find(const Wish& wish) {
    if (const auto node = universe_.candidate(wish.name)) return *node;
    debian::Relation relation;
    relation.name = wish.name;
    const auto& providers = universe_.satisfying(relation);
    if (providers.size() == 1) return providers.front();
    throw providers.empty() ? unknown(wish) : ambiguous(wish, providers);
  }

  std::string source_labels() const {
    std::vector<std::string> labels;
    for (const auto& source : available_) {
      if (std::ranges::find(labels, source.label) == labels.end()) labels.push_back(source.label);
    }
    return labels.empty() ? "no source" : base::join(labels, ", ");
  }

  base::Error usage(const Wish& wish, std::string what) const {
    return base::Error(base::Exit::usage, std::move(what)).at(wish.place);
  }

  base::Error unknown(const Wish& wish) const {
    auto error = usage(wish, fmt::format("no package '{}' in {} for {}", wish.name, source_labels(), architecture_));
    for (const auto& source : available_) {
      const bool is_limited = source.only != nullptr && !source.only->empty();
      if (is_limited && !source.index->named(wish.name).empty()) {
        return std::move(error).hint(
            fmt::format("{} has it, but the source's `packages:` does not list it", source.label));
      }
    }
    const auto name = nearest_name(wish.name);
    return name ? std::move(error).hint(fmt::format("did you mean '{}'?", *name)) : std::move(error);
  }

  // The ending that the change to 64-bit times gave many a library's name does not count as a difference.
  std::optional<std::string> nearest_name(const std::string& name) const {
    constexpr std::string_view ending = "t64";
    std::vector<std::string> names;
    std::vector<std::string> shortened;
    for (const auto& source : available_) {
      if (source.priority < 0) continue;
      const bool is_limited = source.only != nullptr && !source.only->empty();
      for (auto& known : is_limited ? *source.only : source.index->names()) {
        shortened.push_back(known.ends_with(ending) ? known.substr(0, known.size() - ending.size()) : known);
        names.push_back(known);
      }
    }
    const auto found = base::nearest(name, shortened);
    if (!found) return std::nullopt;
    return names[static_cast<std::size_t>(std::ranges::find(shortened, *found) - shortened.begin())];
  }

  base::Error ambiguous(const Wish& wish, const std::vector<Node>& providers) const {
    std::vector<std::string> names;
    for (const Node node : providers) names.push_back(universe_.record(node).name);
    std::ranges::sort(names);
    return usage(wish, fmt::format("'{}' is a virtual package that {} packages provide", wish.name, names.size()))
        .hint(fmt::format("name one of them: {}", base::join(names, ", ")));
  }

  const Wish& wish_of(Node root) const {
    const auto at = std::ranges::find(roots_, root, &Reached::node);
    return wishes_[at == roots_.end() ? 0 : static_cast<std::size_t>(at - roots_.begin())];
  }

  // What the sources have instead of a relation ("Depends: a (>= 1) | b") that nothing satisfies.
  std::string instead_of(std::string_view relation) {
    std::vector<std::string> notes;
    const auto clauses = debian::parse_relations(relation.substr(relation.find(':') + 1), architecture_);
    for (const auto& alternative : clauses.front()) {
      debian::Relation any_version;
      any_version.name = alternative.name;
      const auto& nodes = universe_.satisfying(any_version);
      if (nodes.empty()) notes.push_back(fmt::format("no source has '{}'", alternative.name));
      for (const Node node : nodes) {
        const auto& record = universe_.record(node);
        const auto provided = std::ranges::find(record.provides, alternative.name, &debian::Relation::name);
        notes.push_back(record.name == alternative.name || provided == record.provides.end()
                            ? fmt::format("{} has '{}' {}", available_[universe_[node].source].label, record.name,
                                          record.version.str())
                            : fmt::format("'{}' provides {}", record.name, provided->str()));
      }
    }
    return base::join(notes, ", ");
  }

  base::Error unsolvable(const Problem& problem, const std::vector<Node>& all) {
    const auto describe = [&](Node node) {
      return fmt::format("'{}' {}", universe_.record(node).name, universe_.record(node).version.str());
    };
    const Node node = all[problem.package];
    const auto chain = chain_to(universe_, roots_, node);
    const auto& wish = wish_of(chain.root);
    switch (problem.kind) {
      case Problem::Kind::unmet: {
        auto error = usage(wish, fmt::format("{} cannot be installed: nothing meets '{}' ({})", describe(node),
                                             problem.relation, instead_of(problem.relation)));
        error.add_frame(fmt::format("resolving {}", chain.text));
        return error;
      }
      case Problem::Kind::conflict: {
        const Node other = all[problem.other];
        auto error = usage(wish, fmt::format("{} and {} cannot be installed together: '{}' of '{}'", describe(node),
                                             describe(other), problem.relation, universe_.record(node).name));
        error.add_frame(fmt::format("resolving {}", chain.text));
        error.add_frame(fmt::format("resolving {}", chain_to(universe_, roots_, other).text));
        return error;
      }
      case Problem::Kind::other: break;
    }
    return usage(wish, "the packages cannot be installed together");
  }

  std::vector<Wish> wishes_;
  const std::vector<Available>& available_;
  const std::string& architecture_;
  Universe universe_;
  std::vector<Reached> roots_;  // one for each wish
};

}  // namespace

Solution solve(const std::vector<recipe::Request>& requests, const std::vector<std::string>& implied,
               const std::vector<Available>& available, const std::string& architecture) {
  std::vector<Wish> wishes;
  for (const auto& request : requests) wishes.push_back({request.name, request.place.str()});
  for (const auto& name : implied) wishes.push_back({name, ""});
  return Solve(std::move(wishes), available, architecture).run();
}

}  // namespace debone::resolve
