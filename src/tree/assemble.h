// From packages to one Tree, as dpkg would unpack them: merged /usr, modes and owners kept, two owners of a path an
// error unless Replaces or a diversion of the set says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/events.h"
#include "package/deb.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::tree {

// `debs` in unpacking order. A directory that several packages ship has the mode and owner of the one unpacked first.
// Throws Error (trust) at the package's name for a device node, an absolute or `..` path, a link that leaves the root
// (a hard link to nowhere too), and Error (usage) for a file conflict, naming both packages and the path.
Tree assemble(const std::vector<package::Deb>& debs);

// Applies the recipe's `paths:` (or a package's stated ones) in order. mtimes are `created`. A tree from the disk is
// read whole; files that look like secrets are named in a warning. Throws Error (usage) at the item's place.
void apply_paths(Tree& tree, const std::vector<recipe::PathItem>& paths, std::int64_t created, base::Events& events);

// The newest mtime among the packages' files: an image's `created`. 0 for none.
std::int64_t newest_mtime(const Tree& tree);

}  // namespace debone::tree
