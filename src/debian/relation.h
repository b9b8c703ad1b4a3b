// Relations between packages (Policy 7.1): `a (>= 1) | b:any [amd64] <!nocheck>, c`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "debian/version.h"

namespace debone::debian {

enum class Comparison { any, earlier, earlier_or_equal, equal, later_or_equal, later };

// One name with its constraint: `libc6 (>= 2.36)`, `perl:any`.
struct Relation {
  std::string name;
  std::string qualifier;  // "any", "native", an architecture, or empty
  Comparison comparison = Comparison::any;
  Version version;  // empty where comparison is `any`

  bool admits(const Version& candidate) const;
  std::string str() const;  // as Policy writes it
};

// `a | b`: any of them satisfies.
using Alternatives = std::vector<Relation>;

// Parses a relation field for one architecture: an `[arch ...]` restriction that excludes `architecture` removes
// the alternative. Build profiles are refused: binary packages have none. An empty value gives none.
// Throws Error (trust, without a place) where it is malformed, naming the clause, and where a clause has over 1000
// alternatives (Debian's longest has 14).
std::vector<Alternatives> parse_relations(std::string_view value, std::string_view architecture);

// "a (>= 1) | b".
std::string str(const Alternatives& alternatives);

}  // namespace debone::debian
