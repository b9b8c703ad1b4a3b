// Signals by their names, as configurations and people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debone::init {

// "SIGQUIT", "QUIT".
std::optional<int> signal_of(std::string_view name);
// "SIGQUIT"; "signal 42" where it has no name.
std::string signal_name(int signal);

}  // namespace debone::init
