// Why a package of apt's closure is not in the image, in words for people and for the lock.
#pragma once

#include <string>

#include "evidence/file_kinds.h"
#include "evidence/package_set.h"

namespace debone::evidence {

// What would have been evidence for each kind of file that it has: "no kept file executes its programs
// (/usr/bin/ucf)".
std::string why_not(std::size_t package, const PackageSet& set, const FileKinds& kinds);

}  // namespace debone::evidence
