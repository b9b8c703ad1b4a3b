// Which package depends on which, as evidence: the reason for each package of `closure: full`, and for one that apt
// would install though no file needs it.
#pragma once

#include <vector>

#include "evidence/closure.h"
#include "evidence/package_set.h"
#include "recipe/recipe.h"

namespace debone::evidence {

// Of each clause of Pre-Depends and Depends the packages that satisfy its first alternative that any satisfies; the
// recipe's requests, and base-files. Sorted by package and reason.
std::vector<Evidence> dependencies(const PackageSet& set, const recipe::Recipe& recipe);

}  // namespace debone::evidence
