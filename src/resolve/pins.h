// The pins of a recipe, `name=version` and `name/suite`, as apt-get(8) understands them: the version that a pin names
// is its package's only candidate, whatever its source's priority. Of what a package pinned to a suite needs, that
// which no candidate can meet comes from that suite too.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "resolve/solve.h"

namespace debone::resolve {

struct Pinned {
  const debian::PackageRecord* record = nullptr;
  std::size_t source = 0;    // position in the Available
  std::string suite = {};    // where it is pinned to one: "trixie-backports"
  std::string follows = {};  // the name whose pin to that suite it follows; empty: pinned by the recipe itself
};
using Pins = std::map<std::string, Pinned, std::less<>>;  // by name

// Throws Error (usage) at a request's place where no source has such a version, or none has such a suite, or it names
// another architecture. A name that no source has is left to whoever looks for it.
Pins pins_of(const std::vector<recipe::Request>& requests, const std::vector<Available>& available,
             const std::string& architecture);

// Every version of a package that the sources may supply, the latest first, then in the order of the sources.
std::vector<Pinned> versions_of(std::string_view name, const std::vector<Available>& available);

// "8.4.16-1 (trixie, trixie-security), 8.4.11-1 (backports)", the first twenty.
std::string told(const std::vector<Pinned>& versions, const std::vector<Available>& available);

}  // namespace debone::resolve
