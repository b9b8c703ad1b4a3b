// A `cuts:` list: which files of the packages an image goes without. An item is a named set or a glob; with a `!`
// before it, it restores. What the sets hold is evidence/cut_sets.h's to know; their names are the recipe's.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

// All that stand for those which are on by default.
constexpr std::string_view default_cuts = "default";

// In the order in which they are listed, the ones that are on by default first.
constexpr std::array<std::string_view, 11> cut_set_names{
    "no-docs",        "no-man",         "no-info", "no-locales", "no-lintian", "no-shell-scripts",
    "no-gconv-extra", "no-static-libs", "no-dev",  "no-admin",   "no-desktop"};

// The items in their order, none twice. Throws Error (usage) at an item's place.
std::vector<CutItem> read_cuts(const Node& node);

// The patterns that a glob of a recipe stands for, to be asked of paths without their first slash: its braces expanded,
// and "/a/**" as what lies in a. Throws Error (usage, without a place) for a text that is none: relative, with an empty
// component, `.` or `..`.
std::vector<base::Glob> globs_of(std::string_view text);

}  // namespace debone::recipe
