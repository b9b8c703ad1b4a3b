#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/error.h"
#include "cli/answer.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/explanation.h"
#include "cli/find_recipe.h"
#include "cli/one_of.h"
#include "cli/output.h"

namespace debone::cli {
namespace {

enum class WhyFormat { text, json, dot };

const std::map<std::string, WhyFormat> formats{
    {"dot", WhyFormat::dot}, {"json", WhyFormat::json}, {"text", WhyFormat::text}};

struct Options {
  std::string recipe;
  std::string name;
  bool all = false;
  ArchiveOptions archive;
  WhyFormat format = WhyFormat::text;
};

int why(const Options& options) {
  if (options.name.empty()) {
    throw base::Error(base::Exit::usage, "NAME is empty").hint("name a package, a path or a library's soname");
  }
  if (options.name.find('/') != std::string::npos && !options.name.starts_with('/')) {
    throw base::Error(base::Exit::usage, fmt::format("'{}' is no package, and a path begins with '/'", options.name))
        .hint(fmt::format("did you mean '/{}'?", options.name));
  }
  Progress progress;
  const auto recipe = find_recipe(options.recipe);
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  const auto architecture = one_architecture(options.archive, recipe);
  const Explainer explainer(recipe, options.recipe, architecture, context);
  const auto answers = answer(explainer, recipe, architecture, options.name);
  switch (options.format) {
    case WhyFormat::text: print(text_of(answers, options.all)); break;
    case WhyFormat::json: print(json_of(answers).dump(2) + "\n"); break;
    case WhyFormat::dot: print(dot_of(answers)); break;
  }
  return static_cast<int>(answers.is_in_image() ? base::Exit::done : base::Exit::does_not_hold);
}

}  // namespace

Command why_command() {
  return {
      .name = "why",
      .summary = "Tell why a package, a file or a library is in an image, or is not",
      .description =
          "Tells by which chain RECIPE leads to NAME, and what shows it at each step: which file of which package "
          "needs, loads, links to or names what. NAME is a package, a path (\"/usr/bin/php8.4\"; links are followed), "
          "or a library's soname (\"libxml2.so.2\"). Of what is not in the image it tells why it was left out or cut, "
          "and by which chain apt would have installed it; or that it never was in apt's closure.\n"
          "With a lock nothing is resolved or fetched that is not needed for it. A path that no package has is looked "
          "for in the image's file system, which is made for it. Exit status 0 says that NAME is in the image, 1 that "
          "it is not.",
      .examples = {{"debone why php-fpm libavif16", "a package"},
                   {"debone why php-fpm /usr/bin/php", "a path"},
                   {"debone why php-fpm /etc/passwd", "a path that effects make"},
                   {"debone why php-fpm libxml2.so.2 --all", "a library, with every file that needs it"},
                   {"debone why php-fpm perl-base --format dot | dot -Tsvg >why.svg", "the chain, drawn by Graphviz"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            app.add_option("NAME", options->name, "A package, a path, or a soname")->required()->type_name("");
            app.add_flag("--all", options->all, "Print all evidence for it, not the nearest chain alone");
            add_archive_options(app, options->archive, "For which of several Debian architectures");
            add_choice(app, "--format", options->format, formats,
                       "What the result on stdout is: text (the default), json or dot", "FORMAT");
            return [options] { return why(*options); };
          },
  };
}

}  // namespace debone::cli
