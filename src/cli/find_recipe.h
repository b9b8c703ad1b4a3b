// From what the user typed to a Recipe: a file, or a recipe of the catalog by its name.
#pragma once

#include <optional>
#include <string>

#include "recipe/recipe.h"

namespace debone::cli {

// The catalog's recipe of that name ("php-fpm", "bookworm/php-fpm"), verbatim, or nothing.
std::optional<std::string> catalog_text(std::string_view name);

// Throws Error (usage) where the catalog has none of that name.
recipe::Recipe catalog_recipe(const std::string& name);

// Whether what the user typed names a file, not a recipe of the catalog. A folder is none: `debone build php-fpm`
// leaves one of that name, and must work a second time.
bool is_recipe_file(const std::string& what);

// `what` is a file where one of that name exists, else a name in the catalog. Throws Error (usage) where it is neither.
recipe::Recipe find_recipe(const std::string& what);

}  // namespace debone::cli
