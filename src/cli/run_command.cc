#include <memory>
#include <utility>

#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_options.h"
#include "image/read.h"
#include "run/run.h"

namespace debone::cli {
namespace {

struct Options {
  std::string image;
  RunOptions run;
};

int run_image(const Options& options) {
  try {
    return told(run::run(image::StoredImage::open(options.image, ""), options.run.all()), options.image);
  } catch (const base::Error& error) {
    print_error(error.render());
    return run::runtime_failed;
  }
}

}  // namespace

Command run_command(std::vector<std::string> behind) {
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
      .starts_program = true,
      .prepare =
          [behind = std::move(behind)](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            add_run_options(app, options->run, behind);
            return [options] { return run_image(*options); };
          },
  };
}

}  // namespace debone::cli
