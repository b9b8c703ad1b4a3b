// Which .debs were looked at to find a lean closure: also those that were left out, of which a lock has no digest. It
// is kept in the store by what decided it, the recipe's inputs and the Releases, so that `why` can answer for them
// without resolving again. Where it is not kept, nothing but these answers is the poorer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"
#include "store/store.h"

namespace debone::cli {

struct LookedAt {
  std::string id;  // "libc6_2.41-12_amd64"
  base::Digest sha256;
  std::uint64_t size = 0;  // bytes
};

// A recipe with a .deb of the user's own is not kept: no Release says which one it was.
void remember_looked_at(const std::vector<LookedAt>& debs, const recipe::Recipe& recipe,
                        const std::string& architecture, const std::vector<resolve::LockedSuite>& suites,
                        store::Store& store);

// Nothing where it is not known.
std::vector<LookedAt> recall_looked_at(const recipe::Recipe& recipe, const std::string& architecture,
                                       const std::vector<resolve::LockedSuite>& suites, const store::Store& store);

}  // namespace debone::cli
