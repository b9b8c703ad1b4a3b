#include "cli/find_recipe.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "cli/embedded.h"
#include "recipe/load.h"

namespace debone::cli {

std::optional<std::string> catalog_text(std::string_view name) {
  for (const auto& file : embedded_catalog()) {
    if (file.path == fmt::format("{}.yaml", name)) return std::string(file.content);
  }
  return std::nullopt;
}

bool is_recipe_file(const std::string& what) {
  std::error_code ignored;
  return std::filesystem::exists(what, ignored) && !std::filesystem::is_directory(what, ignored);
}

namespace {

base::Error not_in_catalog(const std::string& name, std::string what) {
  std::vector<std::string> names;
  for (const auto& file : embedded_catalog()) names.emplace_back(file.path.substr(0, file.path.size() - 5));
  const auto near = base::nearest(name, names);
  return base::Error(base::Exit::usage, std::move(what))
      .hint(near ? fmt::format("did you mean '{}'?", *near)
                 : "`debone catalog` lists the recipes that come with debone");
}

std::optional<recipe::Recipe> recipe_of_catalog(const std::string& name) {
  const auto text = catalog_text(name);
  if (!text) return std::nullopt;
  return recipe::parse(*text, fmt::format("catalog/{}.yaml", name), "", catalog_text);
}

}  // namespace

recipe::Recipe catalog_recipe(const std::string& name) {
  if (auto recipe = recipe_of_catalog(name)) return *std::move(recipe);
  throw not_in_catalog(name, fmt::format("no recipe '{}' in the catalog", name));
}

recipe::Recipe find_recipe(const std::string& what) {
  if (what.ends_with(".lock") && is_recipe_file(what)) {
    throw base::Error(base::Exit::usage, "a lock, not a recipe")
        .at(what)
        .hint(fmt::format("name the recipe that it lies beside: {}.yaml", what.substr(0, what.size() - 5)));
  }
  if (is_recipe_file(what)) return recipe::load(what, catalog_text);
  if (auto recipe = recipe_of_catalog(what)) return *std::move(recipe);
  std::error_code ignored;
  if (std::filesystem::is_directory(what, ignored))
    throw base::Error(base::Exit::usage, "a folder, not a recipe").at(what);
  throw not_in_catalog(what, fmt::format("no file '{}' and no recipe of that name in the catalog", what));
}

}  // namespace debone::cli
