#include "resolve/solve.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "resolve/explain.h"
#include "resolve/pins.h"
#include "resolve/reach.h"
#include "resolve/solv.h"
#include "resolve/universe.h"
#include "resolve/walk.h"

namespace debone::resolve {
namespace {

class Solve {
 public:
  Solve(std::vector<Wish> wishes, Pins pins, std::set<std::string> asked_for_version,
        const std::vector<Available>& available, const std::string& architecture)
      : wishes_(std::move(wishes)),
        pins_(std::move(pins)),
        asked_for_version_(std::move(asked_for_version)),
        available_(available),
        architecture_(architecture),
        universe_(available, architecture, pins_),
        explainer_(universe_, available, architecture, pins_) {}

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

  bool holds(const Proposal& proposal, const std::vector<Reached>& reached) {
    return !proposal.broken && judge(reached, {}).problems.empty();
  }

  // All of `reached` is to be installed, or where `favoured` is given, the wishes alone.
  Verdict judge(const std::vector<Reached>& reached, const std::vector<Node>& favoured) {
    const std::set<Node> preferred(favoured.begin(), favoured.end());
    std::vector<JudgedPackage> packages;
    std::vector<std::size_t> wanted;
    std::vector<std::size_t> liked;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      universe_.bans(reached[i].node);  // counts them: libsolv makes a rule of each, without a limit
      packages.push_back({&universe_.record(reached[i].node), universe_.provides(reached[i].node)});
      if (favoured.empty() || reached[i].reason.by.empty()) wanted.push_back(i);
      if (preferred.contains(reached[i].node)) liked.push_back(i);
    }
    return solve_sat(packages, wanted, liked, architecture_);
  }

  // Another set out of all that the wishes reach through any alternative, as near to the proposal as libsolv finds.
  std::vector<Node> repair(const std::vector<Node>& proposal) {
    const auto all = reach(universe_, roots_, [](Node) { return true; });
    const auto verdict = judge(all, proposal);
    if (!verdict.problems.empty()) throw explainer_.unsolvable(verdict.problems, nodes(all), roots_, wishes_);
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
    if (providers.empty()) throw explainer_.unknown(wish);
    if (providers.size() > 1 || asked_for_version_.contains(wish.name)) throw explainer_.virtual_name(wish, providers);
    return providers.front();
  }

  std::vector<Wish> wishes_;
  Pins pins_;
  std::set<std::string> asked_for_version_;  // names with a pin in the recipe
  const std::vector<Available>& available_;
  const std::string& architecture_;
  Universe universe_;
  Explainer explainer_;
  std::vector<Reached> roots_;  // one for each wish
};

}  // namespace

bool Available::may_supply(std::string_view name) const {
  return only == nullptr || only->empty() || std::ranges::find(*only, name) != only->end();
}

Solution solve(const std::vector<recipe::Request>& requests, const std::vector<std::string>& implied,
               const std::vector<Available>& available, const std::string& architecture) {
  std::vector<Wish> wishes;
  std::set<std::string> asked_for_version;
  for (const auto& request : requests) {
    wishes.push_back({request.name, request.place.str()});
    if (!request.version.empty() || !request.suite.empty()) asked_for_version.insert(request.name);
  }
  for (const auto& name : implied) wishes.push_back({name, ""});
  return Solve(std::move(wishes), pins_of(requests, available, architecture), std::move(asked_for_version), available,
               architecture)
      .run();
}

}  // namespace debone::resolve
