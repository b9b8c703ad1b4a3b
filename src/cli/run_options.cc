#include "cli/run_options.h"

#include <utility>

#include "cli/output.h"

namespace debone::cli {

run::Options RunOptions::all() const {
  auto made = options;
  made.arguments.insert(made.arguments.end(), behind.begin(), behind.end());
  if (!entrypoint.empty()) made.entrypoint = {entrypoint};
  return made;
}

void add_run_options(CLI::App& app, RunOptions& options, std::vector<std::string> behind) {
  options.behind = std::move(behind);
  app.add_option("ARGS", options.options.arguments, "What to run instead of the image's cmd, behind --")->type_name("");
  app.add_option("--entrypoint", options.entrypoint, "A program instead of the image's entrypoint")
      ->type_name("PROGRAM");
  app.add_option("-e,--env", options.options.environment, "NAME=VALUE, or NAME to pass its value on; may be repeated")
      ->type_name("NAME[=VALUE]")
      ->allow_extra_args(false);
  app.add_option("--tmpfs", options.options.tmpfs, "A path that gets an empty tmpfs; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("-u,--user", options.options.user, "Run as this user (a name, UID or UID:GID) instead of the image's")
      ->type_name("USER");
  app.add_option("-w,--workdir", options.options.work_dir, "The directory to begin in, instead of the image's")
      ->type_name("PATH");
  app.add_flag("--read-only", options.options.read_only, "Nothing can write to the root file system");
}

int told(run::Ended ended, const std::string& image) {
  if (ended.failure) {
    ended.failure->place_if_none(image);
    print_error(ended.failure->render());
  }
  return ended.status;
}

}  // namespace debone::cli
