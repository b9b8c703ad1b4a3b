// The MD5 sums that a package lists of its files.
#pragma once

#include "package/deb.h"

namespace debone::package {

// Puts the true sums of the package's files in the place of its own md5sums: those are the packager's word, and may be
// false. A file whose name has a line end is in no such list.
void sum_files(Deb& deb);

}  // namespace debone::package
