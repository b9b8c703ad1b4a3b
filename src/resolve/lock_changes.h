// What a new lock changes in an image: packages that come, go, or move to another version or state. A pure comparison
// of two locks.
#pragma once

#include <string>
#include <vector>

#include "resolve/lock.h"

namespace debone::resolve {

struct LockChange {
  std::string architecture;  // Debian's name
  std::string package;
  const LockedPackage* before = nullptr;  // null: it is new
  const LockedPackage* after = nullptr;   // null: it is gone
  // "+ zstd 1.5.7", "- zstd 1.5.7", "~ zstd 1.5.6 -> 1.5.7", "~ zstd 1.5.7: kept -> data-only"
  std::string str() const;
};

// Sorted by architecture and package. A package that is left out on both sides, or on one and absent on the other, is
// none: no file of the image changes by it. The changes point into the locks.
std::vector<LockChange> lock_changes(const Lock& before, const Lock& after);

}  // namespace debone::resolve
