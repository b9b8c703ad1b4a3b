// What a solve may choose from: of each name the one candidate that apt's policy picks, and for each relation the
// candidates that satisfy it, in apt's order of preference. Everything is looked up when first asked for, so that an
// image of a hundred packages touches some hundred stanzas of seventy thousand. What it may come to hold is limited:
// where all of Debian's relations are half a million pairs, a hostile index could make billions.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "resolve/pins.h"
#include "resolve/solve.h"

namespace debone::resolve {

using Node = std::uint32_t;  // a candidate; they count from 0 in the order of their first use

// A Pre-Depends or Depends clause.
struct Need {
  std::string_view field;  // "Pre-Depends" or "Depends"
  const debian::Alternatives* alternatives = nullptr;
  std::vector<const std::vector<Node>*> satisfying;  // of each alternative, the preferred first
  std::string str() const;                           // "Depends: a (>= 1) | b"
};

// A Conflicts or Breaks relation.
struct Ban {
  std::string_view field;  // "Conflicts" or "Breaks"
  const debian::Relation* relation = nullptr;
  std::vector<Node> hits;  // never the package itself, nor through its own Provides
};

struct Candidate {
  const debian::PackageRecord* record = nullptr;
  std::size_t source = 0;     // position in the Available
  bool essential = false;     // in any version of it that is known, as apt has it
  bool is_protected = false;  // likewise
};

class Universe {
 public:
  // All must outlive this.
  Universe(const std::vector<Available>& available, const std::string& architecture, const Pins& pins);

  // The pinned version, else that of highest priority, then the highest, then of the earliest source; nothing where no
  // source has one.
  std::optional<Node> candidate(std::string_view name);
  const Candidate& operator[](Node node) const { return candidates_[node].candidate; }
  const debian::PackageRecord& record(Node node) const { return *candidates_[node].candidate.record; }
  std::size_t size() const { return candidates_.size(); }

  // The candidates that satisfy a relation: the real package, then providers as apt prefers them. This and the next
  // two throw Error (trust) where there are more pairs of relations and packages than any real archive has.
  const std::vector<Node>& satisfying(const debian::Relation& relation);
  // What a package provides, sorted by name. Where its source is limited to some names, a name that another source has
  // a package of counts only if it is one of them: else a vendor's package could stand in for libc by providing it.
  const std::vector<const debian::Relation*>& provides(Node node);
  const std::vector<Need>& needs(Node node);
  const std::vector<Ban>& bans(Node node);

 private:
  // What apt looks at to prefer one provider to another, the lowest first.
  struct Preference {
    bool essential = false;
    bool is_protected = false;
    std::size_t priority = 0;
    std::pair<std::size_t, std::uint32_t> first_mention;  // the source, and where in it
  };
  struct Entry {
    Candidate candidate;
    std::optional<Preference> preference;
    std::optional<std::vector<const debian::Relation*>> provides;  // sorted by name
    std::optional<std::vector<Need>> needs;
    std::optional<std::vector<Ban>> bans;
  };
  bool meets(Node node, const debian::Relation& relation);
  void count_pairs(std::size_t more);
  void add_needs(std::vector<Need>& needs, std::string_view field, const std::vector<debian::Alternatives>& clauses);
  void add_bans(std::vector<Ban>& bans, Node node, std::string_view field,
                const std::vector<debian::Alternatives>& clauses);
  const Preference& preference(Node node);
  bool prefers(Node a, Node b, std::string_view target);
  std::pair<std::size_t, std::uint32_t> first_mention(std::string_view name) const;

  const std::vector<Available>& available_;
  const std::string& architecture_;
  const Pins& pins_;
  std::deque<Entry> candidates_;  // entries stay where they are while new ones come
  std::map<std::string, std::optional<Node>, std::less<>> by_name_;
  std::unordered_map<std::string, std::vector<Node>> by_relation_;
  std::size_t pairs_ = 0;  // of a relation and a package that satisfies it or is banned by it
};

}  // namespace debone::resolve
