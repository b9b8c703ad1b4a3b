// A command line as a recipe writes it: a list of arguments, or one text that is split as apko splits it, without a
// shell: on blanks, with single and double quotes and backslashes; no variables, no globs, no operators.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/yaml_reader.h"

namespace debone::recipe {

// The arguments in `text`, or nothing where a quote is not closed or a backslash ends it. Within double quotes a
// backslash takes away the meaning of a double quote or a backslash, elsewhere of whatever follows.
std::optional<std::vector<std::string>> split_command(std::string_view text);

// A list's items as they are, or a text split. `key` names the value in errors. May be empty.
std::vector<std::string> command_of(const Node& node, std::string_view key);

}  // namespace debone::recipe
