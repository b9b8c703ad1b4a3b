// From requested names to the exact packages that `apt-get install --no-install-recommends` would choose on an
// empty system. A walk in apt's order proposes, libsolv in Debian mode judges, and repairs where there is a conflict.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "debian/package_index.h"
#include "recipe/recipe.h"

namespace debone::resolve {

// A set of packages to choose from; earlier ones win between equal versions of equal priority, as in apt.
struct Available {
  const debian::PackageIndex* index = nullptr;
  std::string label;                               // for errors: "trixie-security"
  int priority = 500;                              // apt_preferences(5)
  const std::vector<std::string>* only = nullptr;  // where set and not empty: the names it may supply
  std::size_t origin = 0;                          // the caller's own number for it, handed back in Chosen
  std::vector<std::string> suites = {};            // its Release's Suite and Codename: what `name/suite` may say

  bool may_supply(std::string_view name) const;
};

// Why a package is there: the recipe names it, or a relation of another chosen package does.
struct Reason {
  std::string by;        // the package whose relation it is; empty: the recipe
  std::string relation;  // "Depends: libc6 (>= 2.41)", or the requested name
};

struct Chosen {
  const debian::PackageRecord* package = nullptr;  // lives in its index
  std::size_t origin = 0;
  Reason reason;
};

struct Solution {
  std::vector<Chosen> packages;  // sorted by name
};

// `architecture` is Debian's name of it. `implied` are names added to the recipe's without being written there
// (base-files). Throws Error (usage) at the request's place: an unknown package (with the nearest name as its hint), an
// unknown version or suite (with those there are), a virtual name with several providers (they are listed), a request
// that cannot be satisfied (which relation, through whom, and what would do).
Solution solve(const std::vector<recipe::Request>& requests, const std::vector<std::string>& implied,
               const std::vector<Available>& available, const std::string& architecture);

// The order in which dpkg would unpack the packages, as positions in `packages`, which are sorted by name: a package's
// Pre-Depends and Depends first, cycles and ties broken by name.
std::vector<std::size_t> unpack_order(const std::vector<const debian::PackageRecord*>& packages);

}  // namespace debone::resolve
