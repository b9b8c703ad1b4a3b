// debone-init in the image of a recipe with an `init:` block.
#pragma once

#include <cstdint>
#include <string>

#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::cli {

// Throws Error (usage) where this debone has no debone-init for the architecture, by Debian's name.
void require_init_program(const recipe::Recipe& recipe, const std::string& architecture);

// Puts the program, its copyright and its record among the packages' (/var/lib/dpkg/status.d) into the tree. Throws
// Error (usage) where a package brings a file of that name.
void add_init_program(tree::Tree& tree, const std::string& architecture, std::int64_t created);

}  // namespace debone::cli
