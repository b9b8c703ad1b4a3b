#include <map>
#include <memory>

#include "cli/archive_options.h"
#include "cli/closure_graph.h"
#include "cli/command.h"
#include "cli/explanation.h"
#include "cli/find_recipe.h"
#include "cli/one_of.h"
#include "cli/output.h"
#include "cli/render_graph.h"

namespace debone::cli {
namespace {

enum class TreeFormat { text, json, dot, svg };

const std::map<std::string, TreeFormat> formats{
    {"dot", TreeFormat::dot}, {"json", TreeFormat::json}, {"svg", TreeFormat::svg}, {"text", TreeFormat::text}};

struct Options {
  std::string recipe;
  bool left_out = false;
  ArchiveOptions archive;
  TreeFormat format = TreeFormat::text;
};

int tree(const Options& options) {
  Progress progress;
  const auto recipe = find_recipe(options.recipe);
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  const Explainer explainer(recipe, options.recipe, one_architecture(options.archive, recipe), context);
  const auto graph = closure_graph(explainer.explain(explainer.facts()), recipe.name);
  switch (options.format) {
    case TreeFormat::text: print(text_of(graph, options.left_out)); break;
    case TreeFormat::json: print(json_of(graph).dump(2) + "\n"); break;
    case TreeFormat::dot: print(dot_of(graph)); break;
    case TreeFormat::svg: print(svg_of(graph)); break;
  }
  return 0;
}

}  // namespace

Command tree_command() {
  return {
      .name = "tree",
      .summary = "Show a recipe's packages as a tree, with what each weighs and brings",
      .description =
          "Prints each package of RECIPE's image under the one that brought it, with two sizes: of its own files, and "
          "of all that would go if it went. The evidence is that of `debone why`. As SVG or in Graphviz' DOT language "
          "it "
          "is a drawing.",
      .examples = {{"debone tree php-fpm", "what weighs most stands first"},
                   {"debone tree app.yaml --all", "with what was left out, and why"},
                   {"debone tree php-fpm --format svg >php-fpm.svg", "a drawing, for a browser"},
                   {"debone tree php-fpm --format dot | dot -Tpdf >php-fpm.pdf", "one by Graphviz"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            app.add_flag("--all", options->left_out, "Also list what was left out of apt's closure");
            add_archive_options(app, options->archive, "For which of several Debian architectures");
            add_choice(app, "--format", options->format, formats,
                       "What the result on stdout is: text (the default), json, svg or dot", "FORMAT");
            return [options] { return tree(*options); };
          },
  };
}

}  // namespace debone::cli
