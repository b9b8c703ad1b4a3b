// Where a path leads inside a container, as the kernel walks it: ".", ".." and the links of the image, never above the
// process's root. What the image has not is taken as it stands.
#pragma once

#include <optional>
#include <string_view>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::trace {

// `text` from the directory `from`, or from `root` where it is absolute; its last link is followed where `follow_last`.
// Nothing where it is longer than a path may be, or goes through more than 40 links.
std::optional<base::RelPath> walk(const tree::Tree& tree, const base::RelPath& root, const base::RelPath& from,
                                  std::string_view text, bool follow_last);

}  // namespace debone::trace
