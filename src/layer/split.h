// Taking parts of an image's tree into layers of their own, so that images that hold the same thing share its layer:
// its bytes depend on the part alone, not on what else is in the image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::layer {

// What is taken: what came from a package, or all that stands at a path and below it.
struct Part {
  std::string origin;  // "package:nginx"; empty: a path
  base::RelPath path;
};

// The mtime in a part of files that no package gave one, where no package's file is there to go by: 1980, the first
// year that every archive's format can hold.
inline constexpr std::int64_t part_time = 315532800;

// What a tree has beyond another that it was made from: nodes that are new or differ in anything but their mtime, with
// the directories on their way. Throws Error (usage) where it lacks what the other has: a layer above cannot take away.
tree::Tree above(const tree::Tree& tree, const tree::Tree& below);

// The tree without the parts, and then each part, in their order. What several parts fit is the first one's. A part has
// the directories on its way with the modes and owners that they have in the tree; its directories, and its files from
// elsewhere than a package, have the newest mtime of its packages' files, or `time_without` where it has none. A part
// of which the tree has nothing is empty but for the root.
std::vector<tree::Tree> split(const tree::Tree& tree, const std::vector<Part>& parts,
                              std::int64_t time_without = part_time);

}  // namespace debone::layer
