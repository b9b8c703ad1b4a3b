// What the requests reach through the needs of packages, and through whom: within a chosen set this is who pulled
// each package in (and what is left over when nobody did); within all candidates it is how a package comes to matter.
#pragma once

#include <functional>
#include <vector>

#include "resolve/universe.h"

namespace debone::resolve {

struct Reached {
  Node node = 0;
  Reason reason;
};

// Depth first from each root in turn, a package's needs in their order, as far as `may` lets. The roots come first.
std::vector<Reached> reach(Universe& universe, const std::vector<Reached>& roots, const std::function<bool(Node)>& may);

// The chain from a request to a package: that with the fewest steps at which there was a choice, and of those the
// shortest. A step without a choice is one that every solution takes.
struct Chain {
  Node root = 0;
  std::string text;  // "a -> b -> c"; of a long one the middle is left out
};
Chain chain_to(Universe& universe, const std::vector<Reached>& roots, Node target);

}  // namespace debone::resolve
