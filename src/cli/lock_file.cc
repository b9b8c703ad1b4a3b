#include "cli/lock_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/find_recipe.h"
#include "resolve/drift.h"

namespace debone::cli {

namespace fs = std::filesystem;

namespace {

void require_agreement(const recipe::Recipe& recipe, const resolve::Lock& lock, const std::string& what) {
  const auto found = resolve::drift(recipe, lock);
  if (found.empty()) return;
  const auto others = found.size() - 1;
  auto said = found.front().what;
  if (others > 0) said += fmt::format("; {} more {} as well", others, others == 1 ? "line differs" : "lines differ");
  auto error = base::Error(base::Exit::usage, said)
                   .at(found.front().place)
                   .hint(fmt::format("`debone lock {}` brings the lock in line with the recipe", what));
  error.add_frame(fmt::format("comparing {} with its lock {}", recipe.file, lock.inputs.file));
  throw error;
}

}  // namespace

fs::path lock_path(const std::string& what) {
  // "bookworm/php-fpm" is another recipe than "php-fpm", of the same name.
  if (!is_recipe_file(what)) {
    auto name = what;
    std::ranges::replace(name, '/', '-');
    return name + ".lock";
  }
  auto path = fs::path(what);
  if (path.extension() == ".yaml" || path.extension() == ".yml") path.replace_extension();
  path += ".lock";
  return path;
}

std::optional<LockFile> read_lock(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  auto text = base::read_file(path, resolve::largest_lock);
  auto lock = resolve::parse_lock(text, path.string());
  return LockFile{path, std::move(text), std::move(lock)};
}

std::optional<LockFile> find_lock(const std::string& what, const recipe::Recipe& recipe) {
  auto lock = read_lock(lock_path(what));
  if (lock) require_agreement(recipe, lock->lock, what);
  return lock;
}

std::optional<LockFile> find_lock(const std::string& what, const recipe::Recipe& recipe, bool offline) {
  if (!offline) return find_lock(what, recipe);
  return require_lock(what, recipe, "there is no lock, and --offline allows no request that would resolve anew");
}

LockFile require_lock(const std::string& what, const recipe::Recipe& recipe, const std::string& without) {
  if (auto lock = find_lock(what, recipe)) return *std::move(lock);
  throw base::Error(base::Exit::usage, without)
      .at(lock_path(what).string())
      .hint(fmt::format("`debone lock {}` writes it", what));
}

std::string told_waived(const resolve::Lock& lock) {
  std::string text;
  for (const auto& waived : lock.waived) text += fmt::format("waived {}\n", base::printable(waived));
  return text;
}

}  // namespace debone::cli
