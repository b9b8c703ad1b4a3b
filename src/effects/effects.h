// What maintainer scripts would have done on a first installation, done natively and deterministically, as a
// paragraph of finishers; each stands in a file of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/events.h"
#include "package/deb.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::effects {

struct Input {
  const std::vector<package::Deb>* debs = nullptr;  // in unpacking order
  const recipe::Recipe* recipe = nullptr;
  std::string architecture;  // Debian's name
  std::int64_t created = 0;  // mtime of what effects write, seconds since 1970 UTC
  // Packages that are read for what effects make of them (base-passwd's masters), and not unpacked.
  const std::vector<package::Deb>* read = nullptr;
};

// Applies all finishers to the tree in their order. Throws Error for what cannot be done (an account clash: usage).
void apply(tree::Tree& tree, const Input& input, base::Events& events);

}  // namespace debone::effects
