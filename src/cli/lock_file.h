// A recipe's lock on disk: NAME.lock beside NAME.yaml; for a recipe of the catalog, which has no folder, in the current
// one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "recipe/recipe.h"
#include "resolve/lock.h"

namespace debone::cli {

// `what` is what the user typed for the recipe.
std::filesystem::path lock_path(const std::string& what);

struct LockFile {
  std::filesystem::path path;
  std::string text;
  resolve::Lock lock;
};

// The lock, or nothing where there is no such file. Throws Error (usage) where it is none that can be read.
std::optional<LockFile> read_lock(const std::filesystem::path& path);

// Likewise of a recipe, with which it agrees. Throws Error (usage) where they disagree: at the first line that does,
// with the number of others.
std::optional<LockFile> find_lock(const std::string& what, const recipe::Recipe& recipe);

// Likewise for who resolves anew where there is none, which `offline` forbids: then it is an Error.
std::optional<LockFile> find_lock(const std::string& what, const recipe::Recipe& recipe, bool offline);

// Likewise; where there is none the Error says `without`.
LockFile require_lock(const std::string& what, const recipe::Recipe& recipe, const std::string& without);

// What was waived when the lock was made: lines such as "waived trixie: expired on ...".
std::string told_waived(const resolve::Lock& lock);

}  // namespace debone::cli
