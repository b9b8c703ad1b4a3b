// Several names of one file: what changes the mode or owner of one changes the inode, and so the others.
#pragma once

#include <vector>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::tree {

// Gives the other names of the files at these paths the mode and owner that these have now. Of two paths that are names
// of one file the later counts. What has one name alone is passed over.
void follow_hard_links(Tree& tree, const std::vector<base::RelPath>& changed);

}  // namespace debone::tree
