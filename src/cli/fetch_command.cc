#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/output.h"
#include "cli/select_packages.h"
#include "cli/selected_debs.h"

namespace debone::cli {
namespace {

struct Options {
  std::string recipe;
  ArchiveOptions archive;
};

int fetch(const Options& options) {
  Progress progress;
  const auto recipe = find_recipe(options.recipe);
  const auto lock = require_lock(options.recipe, recipe, "there is no lock that says what to fetch");
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  std::size_t packages = 0;
  for (const auto& architecture : architectures(options.archive, recipe)) {
    base::while_doing(fmt::format("fetching {} for {}", recipe.name, architecture), [&] {
      const auto selection = select_from_lock(lock.lock, recipe, architecture, options.recipe, context);
      fetch_debs(selection, context);
      require_debs(selection, context);
      packages += selection.architecture.taken().size() + (selection.architecture.debug() != nullptr ? 1U : 0U);
    });
  }
  print(fmt::format("{} package{} of {} {} in the store\n", packages, packages == 1 ? "" : "s", lock.path.string(),
                    packages == 1 ? "is" : "are"));
  return 0;
}

}  // namespace

Command fetch_command() {
  return {
      .name = "fetch",
      .summary = "Bring the packages of a lock into the store",
      .description =
          "Fetches what a build of RECIPE (a file, or the name of a recipe of the catalog) takes by its lock, so that "
          "`debone build --offline RECIPE` works without a network. What is in the store already is verified and not "
          "fetched again.",
      .examples = {{"debone fetch app.yaml && debone build --offline app.yaml", "builds from the store alone"},
                   {"debone fetch app.yaml --arch amd64 --arch arm64", "for two of the lock's architectures"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            add_archive_options(app, options->archive,
                                "A Debian architecture to fetch for, instead of the recipe's; may be repeated");
            return [options] { return fetch(*options); };
          },
  };
}

}  // namespace debone::cli
