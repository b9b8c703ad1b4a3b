// The MD5 sums that an image's own lists give its files: /var/lib/dpkg/status.d/*.md5sums, and dpkg's own in
// /var/lib/dpkg/info. They tell what a package ships and what was changed since; they are no proof of anything.
#pragma once

#include <functional>
#include <string_view>

#include "base/rel_path.h"
#include "tree/tree.h"

namespace debone::check {

inline constexpr std::string_view status_folder = "var/lib/dpkg/status.d";
inline constexpr std::string_view info_folder = "var/lib/dpkg/info";

// For each line of each list in the folder (one of the two above) the list, the sum, and the file's path as it is in
// the tree: through the merged /usr, its own links not followed. Lines that are none are passed over.
void for_each_listed(
    const tree::Tree& tree, const base::RelPath& folder,
    const std::function<void(const base::RelPath& list, std::string_view sum, const base::RelPath& path)>& fn);

}  // namespace debone::check
