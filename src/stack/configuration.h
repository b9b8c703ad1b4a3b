// What compose makes of a compose file, with the variables of the shell and of .env put in: the answer of its `config`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stack/description.h"

namespace debone::stack {

// What the answer gives the variable of the service's containers; nothing where it gives it no value. Throws Error
// (usage) where it is no YAML.
std::optional<std::string> configured(std::string_view answer, const ServiceVariable& variable);

}  // namespace debone::stack
