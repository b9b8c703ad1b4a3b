// Where a packaged path stands in a system with merged /usr, by its name alone: what lies in /bin, /sbin, /lib and
// their like lies in /usr. Packages ship either name for one file.
#pragma once

#include <string>
#include <string_view>

namespace debone::package {

// Whether a top-level directory of that name is a link into /usr: "bin", "lib64".
bool is_merged(std::string_view top_level);

// "usr/lib/x" for "lib/x"; any other path, "lib" itself too, as it is. Paths are plain and relative.
std::string merged_path(std::string_view path);

}  // namespace debone::package
