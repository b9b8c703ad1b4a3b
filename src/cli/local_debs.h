// The .deb files that a recipe names as sources: put into the store like fetched ones, and offered to the resolver
// through an index of their own. They are the user's own files and trusted as such.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "debian/package_index.h"
#include "recipe/recipe.h"
#include "store/store.h"

namespace debone::cli {

constexpr std::uint64_t largest_deb = 4ULL << 30U;  // bytes that are read of a file

struct LocalDebs {
  debian::PackageIndex index;
  std::size_t source = 0;  // position in the recipe's sources
  std::string label;       // the file's name
};

// One for each {deb: FILE} of the sources, in their order. Throws Error (usage) at the source's place where the file
// cannot be read.
std::vector<LocalDebs> add_local_debs(const std::vector<recipe::Source>& sources, const std::string& architecture,
                                      store::Store& store);

}  // namespace debone::cli
