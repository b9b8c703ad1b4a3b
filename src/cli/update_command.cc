#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/progress.h"
#include "cli/renew_lock.h"

namespace debone::cli {
namespace {

struct Options {
  std::string recipe;
  ArchiveOptions archive;
};

// The lock that is to be replaced, or nothing: what cannot be read is nothing to compare with.
std::optional<LockFile> lock_before(const std::filesystem::path& path) {
  try {
    return read_lock(path);
  } catch (const base::Error& error) {
    if (error.code() != base::Exit::usage) throw;
    Progress().warning(fmt::format("{}: {}; it is written anew", error.place(), error.message()));
    return std::nullopt;
  }
}

int update(const Options& options) {
  const auto recipe = find_recipe(options.recipe);
  const auto before = lock_before(lock_path(options.recipe));
  renew_lock(options.recipe, recipe, before ? &before->lock : nullptr, options.archive);
  return 0;
}

}  // namespace

Command update_command() {
  return {
      .name = "update",
      .summary = "Resolve a recipe anew, write its lock, and print what changed",
      .description =
          "Resolves RECIPE (a file, or the name of a recipe of the catalog) from what the archive has today, writes "
          "its "
          "lock, and prints what that changes in the image: packages that come (+), go (-), or are others (~). Where "
          "something fails, the lock stays as it was.",
      .examples = {{"debone update app.yaml", "takes the archive's new versions into app.lock"},
                   {"debone update php-fpm --arch arm64", "for one more architecture than the lock has"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            add_archive_options(app, options->archive,
                                "A Debian architecture to lock, beside those that the lock has; may be repeated");
            return [options] { return update(*options); };
          },
  };
}

}  // namespace debone::cli
