// A package without some of its files.
#pragma once

#include <cstddef>
#include <vector>

#include "package/deb.h"

namespace debone::package {

// Takes entries out of the package's data; `which` are their numbers, sorted. A hard link that stays keeps its content:
// where the file that it is a name of goes, the first such link becomes the file, and the others links to it.
void leave_out(Deb& deb, const std::vector<std::size_t>& which);

}  // namespace debone::package
