// From YAML text to a Recipe. Strict: an unknown key, a wrong type, a duplicate key, an alias bomb is an Error (usage)
// at file:line:column, with the nearest valid key as its hint. docs/recipe.md describes the keys.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "recipe/recipe.h"

namespace debone::recipe {

// The catalog's text of that name ("php-fpm", "include/php8.4"), or nothing. `include:` names a file where its value
// ends in .yaml or .yml, else the catalog's text.
using FindByName = std::function<std::optional<std::string>(std::string_view name)>;

// Parses a recipe's text. `file` is what errors call it; relative paths in it are resolved against `folder`, and
// are errors where that is empty.
Recipe parse(std::string_view text, const std::string& file, const std::filesystem::path& folder,
             const FindByName& catalog);

// Reads and parses a recipe file of at most 1 MiB.
Recipe load(const std::filesystem::path& file, const FindByName& catalog);

}  // namespace debone::recipe
