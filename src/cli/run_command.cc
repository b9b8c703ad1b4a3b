#include <memory>

#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "image/read.h"
#include "run/run.h"

namespace debone::cli {
namespace {

struct Options {
  std::string image;
  std::string entrypoint;
  run::Options run;
};

int run_image(Options options) {
  try {
    if (!options.entrypoint.empty()) options.run.entrypoint = {options.entrypoint};
    auto ended = run::run(image::StoredImage::open(options.image, ""), options.run);
    if (ended.failure) {
      ended.failure->place_if_none(options.image);
      print_error(ended.failure->render());
    }
    return ended.status;
  } catch (const base::Error& error) {
    print_error(error.render());
    return run::runtime_failed;
  }
}

}  // namespace

Command run_command() {
  return {
      .name = "run",
      .summary = "Run an image with runc",
      .description =
          "Unpacks IMAGE (an OCI layout, its tar, or a docker archive) below a temporary folder and runs it in the "
          "foreground, "
          "on the host's network, with the terminal and signals passed on; nothing of it stays. Arguments behind -- "
          "replace "
          "the image's cmd. The exit status is the program's; 125 where debone or runc failed, 126 where the command "
          "cannot be executed, 127 where it is not found.",
      .examples = {{"debone run php-cli -- php -v",
                    "runs another command than the image's own, for an image without entrypoint"},
                   {"debone run php-fpm --entrypoint php8.4 -- -m", "runs another program of the image"},
                   {"debone run php-fpm --read-only --tmpfs /tmp", "serves with a root that nothing can write to"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            app.add_option("ARGS", options->run.arguments, "What to run instead of the image's cmd, behind --")
                ->type_name("");
            app.add_option("--entrypoint", options->entrypoint, "A program instead of the image's entrypoint")
                ->type_name("PROGRAM");
            app.add_option("-e,--env", options->run.environment,
                           "NAME=VALUE, or NAME to pass its value on; may be repeated")
                ->type_name("NAME[=VALUE]")
                ->allow_extra_args(false);
            app.add_option("--tmpfs", options->run.tmpfs, "A path that gets an empty tmpfs; may be repeated")
                ->type_name("PATH")
                ->allow_extra_args(false);
            app.add_option("-u,--user", options->run.user,
                           "Run as this user (a name, UID or UID:GID) instead of the image's")
                ->type_name("USER");
            app.add_option("-w,--workdir", options->run.work_dir, "The directory to begin in, instead of the image's")
                ->type_name("PATH");
            app.add_flag("--read-only", options->run.read_only, "Nothing can write to the root file system");
            return [options] { return run_image(*options); };
          },
  };
}

}  // namespace debone::cli
