// The environment of a container under test, as container-structure-test puts it together.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace debone::structure {

// `text` with $NAME and ${NAME} replaced by what `variables` has, or by nothing, as Go's os.Expand does.
std::string expand(std::string_view text, const std::map<std::string, std::string>& variables);

// The lines NAME=VALUE of an env file, each as "NAME=VALUE": blank lines and comments (#) are passed over, `export`
// too, and quotes around a whole value are none of it. A variable without a value is left out. Throws Error (usage) at
// file:line.
std::vector<std::string> parse_env_file(std::string_view text, const std::string& name);

}  // namespace debone::structure
