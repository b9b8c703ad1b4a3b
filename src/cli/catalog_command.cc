#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/embedded.h"
#include "cli/find_recipe.h"
#include "cli/options.h"
#include "cli/output.h"

namespace debone::cli {
namespace {

struct Options {
  std::string name;
  Format format = Format::text;
};

// A file below include/ is text that recipes share, no recipe of its own.
bool is_recipe(const EmbeddedFile& file) { return !file.path.starts_with("include/"); }

// The comment that a recipe begins with, up to its first full stop, says what it is.
std::string summary_of(std::string_view content) {
  std::string text;
  for (auto line : base::lines(content)) {
    if (!line.starts_with("#")) break;
    line = base::trim(line.substr(1));
    if (!text.empty() && !line.empty()) text += ' ';
    text += line;
  }
  const auto stop = text.find(". ");
  if (stop != std::string::npos) text.resize(stop);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

int list(Format format) {
  // By name: the files are by path, in which base-nossl.yaml comes before base.yaml.
  std::map<std::string, std::string> summaries;
  for (const auto& file : embedded_catalog()) {
    if (!is_recipe(file)) continue;
    summaries[std::string(file.path.substr(0, file.path.size() - std::string_view(".yaml").size()))] =
        summary_of(file.content);
  }
  nlohmann::ordered_json recipes = nlohmann::ordered_json::array();
  std::size_t width = 0;
  for (const auto& [name, summary] : summaries) {
    width = std::max(width, name.size());
    recipes.push_back({{"name", name}, {"summary", summary}});
  }
  if (format == Format::json) {
    print(nlohmann::ordered_json{{"recipes", recipes}}.dump(2) + "\n");
    return 0;
  }
  for (const auto& entry : recipes) {
    print(fmt::format("{:<{}}  {}\n", entry["name"].get<std::string>(), width, entry["summary"].get<std::string>()));
  }
  return 0;
}

int show(const Options& options) {
  const auto text = catalog_text(options.name);
  if (!text) {
    std::vector<std::string> names;
    for (const auto& file : embedded_catalog()) names.emplace_back(file.path.substr(0, file.path.size() - 5));
    const auto near = base::nearest(options.name, names);
    throw base::Error(base::Exit::usage, fmt::format("no recipe '{}' in the catalog", options.name))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : "`debone catalog` lists them");
  }
  if (options.format == Format::json) {
    print(nlohmann::ordered_json{{"name", options.name}, {"text", *text}}.dump(2) + "\n");
  } else {
    print(*text);
  }
  return 0;
}

}  // namespace

Command catalog_command() {
  return {
      .name = "catalog",
      .summary = "List the recipes that come with debone, or print one",
      .description =
          "Lists the recipes that are part of the program, or prints one of them: the text to begin a recipe of "
          "your own with. `debone build NAME` builds one by its name.",
      .examples = {{"debone catalog", "lists the recipes"},
                   {"debone catalog php-fpm > my-fpm.yaml", "begins a recipe of your own"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("NAME", options->name, "A recipe of the catalog")->type_name("");
            add_format(app, options->format);
            return [options] { return options->name.empty() ? list(options->format) : show(*options); };
          },
  };
}

}  // namespace debone::cli
