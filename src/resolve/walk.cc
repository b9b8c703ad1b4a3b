// How apt marks, in short. A requested package is "protected": no relation of another may undo it. All requested ones
// are marked first, then the dependencies of each in turn, depth first. Of a clause that nothing marked satisfies yet,
// the possible packages are tried in order until one can be marked. A protected package passes its protection on
// through clauses that a single package can satisfy, and rules out, before anything else is marked, whatever it
// conflicts with. A package that cannot be had after all loses its candidacy, while what was marked for it stays
// (nothing then reaches it, so that it is left out in the end as apt's autoremover does).
#include "resolve/walk.h"

#include <algorithm>
#include <utility>

namespace debone::resolve {
namespace {

// apt has 3000. No real archive comes near either; a deeper chain is left to the repair, which does not recurse.
constexpr int deepest = 1000;

class Marker {
 public:
  explicit Marker(Universe& universe) : universe_(universe) {}

  void protect(Node node) { state(node).is_protected = true; }
  void refuse(Node node) { state(node).has_candidate = false; }

  // `with_needs`: mark its dependencies too. `requested`: the user wants it. False where it cannot be had.
  bool mark_install(Node node, bool with_needs, int depth, bool requested);

  Proposal proposal();

 private:
  struct State {
    bool has_candidate = true;  // apt: CandidateVer
    bool is_marked = false;     // apt: Mode == ModeInstall
    bool is_installed = false;  // apt: InstallVer
    bool is_protected = false;
  };

  // A package is protected while its own dependencies are marked.
  class ProtectedHere {
   public:
    ProtectedHere(Marker& marker, Node node) : marker_(marker), node_(node), before_(marker.state(node).is_protected) {
      marker_.state(node_).is_protected = true;
    }
    ProtectedHere(const ProtectedHere&) = delete;
    ProtectedHere& operator=(const ProtectedHere&) = delete;
    ~ProtectedHere() { marker_.state(node_).is_protected = before_; }

   private:
    Marker& marker_;
    Node node_;
    bool before_;
  };

  State& state(Node node) {
    if (states_.size() <= node) states_.resize(std::max<std::size_t>(universe_.size(), node + 1));
    return states_[node];
  }
  bool is_installed(Node node) { return state(node).is_installed; }
  bool has_candidate(Node node) { return state(node).has_candidate; }
  bool is_met(const Need& need);
  bool is_hit(const Ban& ban) {
    return std::ranges::any_of(ban.hits, [&](Node node) { return is_installed(node); });
  }
  bool is_broken(Node node);

  void discard_candidate(Node node) { state(node).has_candidate = state(node).is_installed; }
  void discard_install(Node node);
  bool keep(Node node);
  bool needs_can_be_met(Node node);
  bool rule_out(const Ban& ban, bool pass_protection, bool give_up_early);
  std::vector<Node> possible(const Need& need, bool in_order);
  bool meet(const Need& need, int depth, bool pass_protection);
  bool pass_protection_on(const Need& need, int depth);

  Universe& universe_;
  std::vector<State> states_;
};

bool Marker::is_met(const Need& need) {
  return std::ranges::any_of(need.satisfying, [&](const auto* nodes) {
    return std::ranges::any_of(*nodes, [&](Node node) { return is_installed(node); });
  });
}

bool Marker::is_broken(Node node) {
  if (!is_installed(node)) return false;
  return !std::ranges::all_of(universe_.needs(node), [&](const Need& need) { return is_met(need); }) ||
         std::ranges::any_of(universe_.bans(node), [&](const Ban& ban) { return is_hit(ban); });
}

void Marker::discard_install(Node node) {
  auto& it = state(node);
  it.is_marked = false;
  it.is_installed = false;
  it.has_candidate = false;
}

// Takes a mark back. False where it may not be.
bool Marker::keep(Node node) {
  auto& it = state(node);
  if (!it.is_marked) return true;
  if (it.is_protected) return false;
  it.is_marked = false;
  it.is_installed = false;
  return true;
}

// Where a clause has no candidate left, the package is no candidate either.
bool Marker::needs_can_be_met(Node node) {
  const bool possible = std::ranges::all_of(universe_.needs(node), [&](const Need& need) {
    return std::ranges::any_of(need.satisfying, [&](const auto* nodes) {
      return std::ranges::any_of(*nodes, [&](Node it) { return has_candidate(it); });
    });
  });
  if (!possible && !state(node).is_protected) {
    state(node).has_candidate = false;
    state(node).is_marked = false;
  }
  return possible;
}

bool Marker::rule_out(const Ban& ban, bool pass_protection, bool give_up_early) {
  bool done = true;
  for (const Node hit : ban.hits) {
    if (!has_candidate(hit)) continue;
    if (state(hit).is_marked && !keep(hit)) {
      done = false;
      if (give_up_early) break;
    } else if (pass_protection) {
      discard_candidate(hit);
      protect(hit);
    }
  }
  return done;
}

// The candidates for a clause: alternative by alternative, and of each the protected ones first.
std::vector<Node> Marker::possible(const Need& need, bool in_order) {
  std::vector<Node> found;
  for (const auto* nodes : need.satisfying) {
    const auto begin = static_cast<std::ptrdiff_t>(found.size());
    std::ranges::copy_if(*nodes, std::back_inserter(found), [&](Node node) { return has_candidate(node); });
    std::stable_partition(found.begin() + begin, found.end(), [&](Node node) { return state(node).is_protected; });
  }
  if (!in_order) std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  // Protected without being marked means ruled out for good.
  std::erase_if(found, [&](Node node) { return state(node).is_protected && !state(node).is_marked; });
  return found;
}

bool Marker::pass_protection_on(const Need& need, int depth) {
  const auto only = possible(need, false);
  if (only.size() != 1 || state(only.front()).is_protected) return true;
  protect(only.front());
  return mark_install(only.front(), true, depth + 1, false);
}

bool Marker::meet(const Need& need, int depth, bool pass_protection) {
  const auto choices = possible(need, true);
  for (const Node choice : choices) {
    if (!has_candidate(choice)) continue;
    if (pass_protection && choices.size() == 1) {
      if (!mark_install(choice, false, depth + 1, false)) continue;
      protect(choice);
    }
    if (mark_install(choice, true, depth + 1, false)) return true;
  }
  return false;
}

bool Marker::mark_install(Node node, bool with_needs, int depth, bool requested) {
  if (depth > deepest) return false;
  const bool pass_protection = state(node).is_protected;
  if (!requested && pass_protection && !state(node).is_marked) return false;
  if (!has_candidate(node)) return false;
  if (!pass_protection && state(node).is_marked && !is_broken(node)) return true;
  if (with_needs && !needs_can_be_met(node)) return false;

  if (requested) state(node).is_marked = state(node).is_installed = true;
  const bool give_up_early = !pass_protection && !requested;
  bool failed = false;
  std::vector<const Need*> to_meet;
  if (with_needs) {
    for (const Need& need : universe_.needs(node)) {
      if (pass_protection || !is_met(need)) to_meet.push_back(&need);
    }
    // apt collects what to rule out before it rules anything out.
    std::vector<const Ban*> to_rule_out;
    for (const Ban& ban : universe_.bans(node)) {
      if (pass_protection || is_hit(ban)) to_rule_out.push_back(&ban);
    }
    for (const Ban* ban : to_rule_out) {
      if (rule_out(*ban, pass_protection, give_up_early)) continue;
      if (give_up_early) return false;
      failed = true;
    }
  }
  state(node).is_marked = state(node).is_installed = true;
  if (!with_needs) return true;

  const ProtectedHere protected_here(*this, node);
  for (const Need* need : to_meet) {
    const bool met = is_met(*need);
    if (met && !pass_protection) continue;
    if (met ? pass_protection_on(*need, depth) : meet(*need, depth, pass_protection)) continue;
    failed = true;
    if (give_up_early) {
      discard_install(node);
      return false;
    }
  }
  return !failed;
}

Proposal Marker::proposal() {
  Proposal proposal;
  for (Node node = 0; node < states_.size(); ++node) {
    if (is_installed(node)) proposal.packages.push_back(node);
  }
  proposal.broken = std::ranges::any_of(proposal.packages, [&](Node node) { return is_broken(node); });
  return proposal;
}

}  // namespace

Proposal walk(Universe& universe, const std::vector<Node>& requested, const std::vector<Node>& refused) {
  Marker marker(universe);
  for (const Node node : refused) marker.refuse(node);
  for (const Node node : requested) {
    marker.protect(node);
    marker.mark_install(node, false, 0, true);
  }
  for (const Node node : requested) marker.mark_install(node, true, 0, true);
  return marker.proposal();
}

}  // namespace debone::resolve
