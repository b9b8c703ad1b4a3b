// From YAML text to a Recipe. Strict: an unknown key, a wrong type, a duplicate key, an alias bomb is an Error (usage)
// at file:line:column, with the nearest valid key as its hint. docs/recipe.md describes the keys.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "recipe/recipe.h"

namespace debone::recipe {

// Finds the text of a recipe that `include:` names and that is no file beside the including one: the catalog's.
using FindByName = std::function<std::optional<std::string>(std::string_view name)>;

// Parses a recipe's text. `file` is what errors call it; relative paths in it are resolved against `folder`.
Recipe parse(std::string_view text, const std::string& file, const std::filesystem::path& folder,
             const FindByName& catalog);

// Reads and parses a recipe file of at most 1 MiB.
Recipe load(const std::filesystem::path& file, const FindByName& catalog);

}  // namespace debone::recipe
