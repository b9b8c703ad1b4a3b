// The accounts of an image as a lock records them: a name keeps its number, since the files of volumes belong to
// numbers.
#pragma once

#include <string>
#include <vector>

#include "resolve/lock.h"
#include "tree/tree.h"

namespace debone::cli {

struct Accounts {
  std::vector<resolve::LockedAccount> users;   // sorted by id
  std::vector<resolve::LockedAccount> groups;  // likewise
};

// Those of /etc/passwd and /etc/group.
Accounts accounts_of(const tree::Tree& tree);

// Throws Error (usage) at the lock's line where a name has another number in the image, or at the lock where it has
// none at all there.
void require_locked(const Accounts& accounts, const resolve::Lock& lock);

}  // namespace debone::cli
