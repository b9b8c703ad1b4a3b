// The walk in apt's order: what pkgDepCache::MarkInstall (apt 2.6 and 3.0, apt-pkg/depcache.cc) does to an empty
// system, package by package. It proposes the set that apt would choose; where apt would then call its problem
// resolver, the proposal has something broken in it, and says so.
#pragma once

#include <vector>

#include "resolve/universe.h"

namespace debone::resolve {

struct Proposal {
  std::vector<Node> packages;  // in ascending order
  bool broken = false;         // a package in it has an unmet need or hits a ban
};

// `requested` in the order of the command line; those of `refused` are taken for packages that cannot be had.
Proposal walk(Universe& universe, const std::vector<Node>& requested, const std::vector<Node>& refused);

}  // namespace debone::resolve
