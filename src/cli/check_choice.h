// What a lock says that no Release does: which packages are needed, which are left out and why, and what is missing on
// a Debian system too. All of it follows from the Releases that it names and the recipe: it is found once more, and
// each line held to it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "cli/build_context.h"
#include "cli/check_lock.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::cli {

// `suites` are the proven ones by architecture, in the form in which they were when the lock was made. Adds to `check`
// what is otherwise, and what cannot be found out (a .deb that nobody has any more, a base that has moved on).
void check_choice(const resolve::Lock& lock, const recipe::Recipe& recipe,
                  std::map<std::string, std::vector<archive::Suite>> suites, const BuildContext& context,
                  LockCheck& check);

}  // namespace debone::cli
