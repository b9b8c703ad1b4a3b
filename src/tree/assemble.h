// From packages to one Tree, as dpkg would unpack them: merged /usr, modes and owners kept, two owners of a path an
// error unless Replaces or a diversion of the set says so. And onto it what the recipe says of paths.
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
// The top-level bin, sbin, lib, lib64 ... that any package ships are links into /usr (see merged_usr.h). A link to a
// directory stays where a package ships a directory, and a directory where one ships a link. A file of two packages is
// that of the one that Replaces the other (Policy 7.6.1: by its real name, not a provided one), the later one's if
// both do. Owners are the numbers that the packages' archives hold; dpkg would map the names, but Debian's
// packages ship ids of base-passwd alone (Policy 9.2.2), and who needs the names finds them in Deb::entries.
// Each node's origin is "package:NAME".
// Throws Error (trust) at the package's id for a device node or fifo, an absolute or `..` path, a link that leaves the
// root (a hard link to nowhere too), a path that stands in it twice, a time before 1970 or after 2242; and Error
// (usage) for a file conflict, naming both packages and the path.
Tree assemble(const std::vector<package::Deb>& debs);

// Likewise onto an image that is there. Its packages are `records`; a node of theirs has the origin "base:NAME", any
// other "base". What one of them ships is taken over as from a package of the set; the same file of the same package is
// no conflict; what no package of the base ships stays as it is there. Nothing of it may be diverted: Error (usage).
Tree assemble(const std::vector<package::Deb>& debs, Tree base, const std::vector<debian::PackageRecord>& records);

// Applies the recipe's `paths:` (or a package's stated ones) in order. mtimes are `created`, origin is "recipe", owners
// 0:0 and modes 0755 for directories, 0644 for files where the item does not say otherwise.
// - directory: one that is there keeps what the item does not state; a link to a directory is followed.
// - file: a file or link that stands there is replaced; one from the disk is 0755 if its owner may execute it.
// - tree: files as above, folders merged into those that are there (see disk_tree.h for what is read and refused);
//   files that look like secrets are named in a warning.
// - symlink: replaces a file or link, never a directory.
// - permissions: of what is there, links followed. Recursive ones give a directory `x` wherever
//   they give `r`, as chmod's X does, and leave links' modes alone.
// Throws Error (usage) at the item's place.
void apply_paths(Tree& tree, const std::vector<recipe::PathItem>& paths, std::int64_t created, base::Events& events);

// The newest mtime among the packages' files: an image's `created`. 0 for none.
std::int64_t newest_mtime(const Tree& tree);

}  // namespace debone::tree
