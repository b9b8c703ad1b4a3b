// What maintainer scripts would have done on a first installation, done natively and deterministically: for each script
// the steps that the table has of it, and a paragraph of finishers for what is computed of the whole tree, each in a
// file of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/events.h"
#include "effects/table.h"
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
  std::span<const TableFile> table = {};
  // The image that is extended, if one is: nothing of it was touched yet, its packages' scripts have run, and the
  // finishers that these asked for see the whole.
  const tree::Tree* base = nullptr;
  std::vector<std::string> base_finishers = {};
  std::string without = {};  // a finisher that is not run: to see what it is good for
};

struct Applied {
  std::size_t open = 0;                // scripts that the table does not know, or knows in another form
  std::vector<std::string> finishers;  // that scripts asked for, those of the base too; in their order
};

// Applies all finishers to the tree in their order. A script that the table does not know, or knows in another form, is
// a warning. Throws Error for what cannot be done (an account clash: usage).
Applied apply(tree::Tree& tree, const Input& input, base::Events& events);

// In the order in which they run.
std::vector<std::string_view> finisher_names();

// Whether an entry of the table may name it.
bool is_finisher(std::string_view name);

}  // namespace debone::effects
