// The Packages files of a verified Release: which of them a recipe needs, and the indexes that they make. What is read
// of one is kept in the store under the hash that the Release names, so that a second run neither fetches, decompresses
// nor reads it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/http.h"
#include "archive/plan.h"
#include "archive/release.h"
#include "base/compression.h"
#include "debian/package_index.h"
#include "store/store.h"

namespace debone::archive {

struct IndexPlan {
  Blob blob;  // as it is fetched
  base::Compression compression = base::Compression::none;
  std::optional<debian::IndexFile> text;  // decompressed; nothing where the Release does not name it
  std::string place;                      // its URL, for errors
};

// One for each component, and one more where the packages for all architectures have indexes of their own. Throws Error
// (usage) at the source's place where the suite has no such component, or nothing for the architecture.
std::vector<IndexPlan> plan_indexes(const SuitePlan& suite, const debian::ReleaseFields& release,
                                    const std::string& architecture);

// The indexes, in the order of `plans`; what the store lacks is fetched. Throws Error (network) or (trust).
std::vector<debian::PackageIndex> load_indexes(const std::vector<IndexPlan>& plans, const std::string& architecture,
                                               Fetcher& fetcher, store::Store& store, unsigned jobs);

}  // namespace debone::archive
