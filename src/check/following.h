// Looking at a finished tree, where a link may lead in a circle or out of the image: both are nothing here.
#pragma once

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::check {

// The node at the end of all links, or null.
const tree::Node* follow(const tree::Tree& tree, const base::RelPath& path);

}  // namespace debone::check
