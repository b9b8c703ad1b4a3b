// The order in which a tree's paths are written, and their form in tar: every directory first, so that parents stand
// before children whichever package they come from, then the files and links of one origin after the other. What one
// origin gives is a segment, the unit that stays the same while other packages change.
#pragma once

#include <vector>

#include "base/tar_reader.h"
#include "tree/tree.h"

namespace debone::layer {

// Entries of one origin (of the first segment: all directories, whatever their origin), by path. Contents point into
// the tree.
using Segment = std::vector<base::TarEntry>;

// The segments: directories, packages by name, effects by name, the rest by name (the recipe). Of files that are hard
// links of each other the one emitted first is the file, the others are links to it. Names have no leading "./", but
// for the root itself.
std::vector<Segment> emission(const tree::Tree& tree);

}  // namespace debone::layer
