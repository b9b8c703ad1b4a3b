// `debone lock --check`: each line of a lock proven against the Release that it names, then what follows from these
// Releases (check_choice.h), and the record of it, so that a build can say whether its lock was checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/build_context.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"
#include "store/store.h"

namespace debone::cli {

struct LockCheck {
  std::size_t proven = 0;              // lines: of suites and of packages
  std::vector<std::string> disproved;  // "app.lock:27:7: hello 2.10-5: its size there is 22"
  std::vector<std::string> unproven;   // likewise; lines of one suite that fail for one reason are told together
  bool holds() const { return disproved.empty() && unproven.empty(); }
};

LockCheck check_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, const BuildContext& context);

// Remembers that the lock of that very text holds, and whether it was remembered.
void remember_checked(std::string_view text, store::Store& store);
bool was_checked(std::string_view text, const store::Store& store);

}  // namespace debone::cli
