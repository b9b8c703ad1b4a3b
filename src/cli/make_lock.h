// Putting a lock together from what was chosen for each architecture, and writing it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/locked_accounts.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"
#include "store/store.h"

namespace debone::cli {

// What a lock says for one architecture.
struct LockPart {
  resolve::LockedArchitecture packages;
  std::vector<resolve::LockedSuite> suites;
  std::vector<std::string> waived;
  Accounts accounts;
};

// Throws Error (network) where a suite's Release changed from one part to the next, (usage) where a name has two
// numbers.
resolve::Lock join_lock(const recipe::Recipe& recipe, std::vector<LockPart> parts);

// As a whole or not at all. A lock of signed packages alone that was resolved just now counts as checked: whether it
// does is returned.
bool write_lock(const resolve::Lock& lock, const std::filesystem::path& path, store::Store& store);

}  // namespace debone::cli
