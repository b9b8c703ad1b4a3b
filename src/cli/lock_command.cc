#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/check_lock.h"
#include "cli/command.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/renew_lock.h"
#include "resolve/drift.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

struct Options {
  std::string recipe;
  bool check = false;
  ArchiveOptions archive;
};

bool fits(const resolve::Lock& lock, const Options& options, const recipe::Recipe& recipe) {
  return resolve::drift(recipe, lock).empty() &&
         std::ranges::all_of(locked_architectures(options.archive, recipe, &lock),
                             [&](const auto& name) { return lock.find(name) != nullptr; });
}

int write(const Options& options) {
  const auto recipe = find_recipe(options.recipe);
  const auto before = read_lock(lock_path(options.recipe));
  if (before && fits(before->lock, options, recipe)) {
    print(fmt::format("{} fits the recipe; `debone update {}` resolves anew\n", before->path.string(), options.recipe));
    return 0;
  }
  renew_lock(options.recipe, recipe, before ? &before->lock : nullptr, options.archive);
  return 0;
}

int check(const Options& options) {
  const auto recipe = find_recipe(options.recipe);
  const auto lock = require_lock(options.recipe, recipe, "there is no lock yet");
  store::Store store(store::Store::default_root());
  Progress progress;
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  const auto found = check_lock(lock.lock, recipe, context);
  print(told_waived(lock.lock));
  if (found.holds()) {
    remember_checked(lock.text, store);
    print(
        fmt::format("{}: all of its {} suites and packages are as their Releases have them, and chosen as the recipe "
                    "has it; of users "
                    "and groups each build makes sure\n",
                    lock.path.string(), found.proven));
    return 0;
  }
  for (const auto& line : found.disproved) print(base::printable(line) + "\n");
  for (const auto& line : found.unproven) print(base::printable(line) + " [unproven]\n");
  throw Error(Exit::does_not_hold, found.disproved.empty() ? "not all of it can be proven" : "a line that is not so")
      .at(lock.path.string())
      .hint(fmt::format("`debone update {}` writes what the archive has today", options.recipe));
}

}  // namespace

Command lock_command() {
  return {
      .name = "lock",
      .summary = "Write down the exact packages of a recipe, or check them",
      .description =
          "Resolves RECIPE (a file, or the name of a recipe of the catalog) and writes its packages to a lock: "
          "NAME.lock "
          "beside NAME.yaml, in the current folder for the catalog's. From then on a build takes these, whatever the "
          "archive has by then. A lock that fits the recipe is left as it is; one that does not is written anew, and "
          "what that changes is printed.\n"
          "With --check nothing is written: every line of the lock is proven against the signed Release that it names, "
          "got again from the store, the mirror or the snapshot archive; then what the lock keeps and leaves out is "
          "found once more from these. Lines that differ are named, and what cannot "
          "be proven; either gives exit status 1.",
      .examples = {{"debone lock app.yaml", "writes app.lock, to be committed beside app.yaml"},
                   {"debone lock app.yaml --arch amd64 --arch arm64", "for two architectures, in one lock"},
                   {"debone lock --check app.yaml", "proves a lock that somebody else has written"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            auto* check_flag =
                app.add_flag("--check", options->check, "Prove the lock that is there, and write nothing");
            add_archive_options(app, options->archive,
                                "A Debian architecture to lock, beside those that the lock has; may be repeated");
            check_flag->excludes(app.get_option("--arch"));
            return [options] { return options->check ? check(*options) : write(*options); };
          },
  };
}

}  // namespace debone::cli
