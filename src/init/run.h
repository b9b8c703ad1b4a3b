// What the first process of a container does, from the configuration to the exit status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "init/config.h"

namespace debone::init {

inline constexpr std::string_view default_config = "/etc/debone/init.conf";

// The file, with what the environment overrules. Throws ConfigFailure, or Failure where it cannot be read.
Config load_config(const std::string& path, const Environment& environment);

// Reads the configuration (`config_path` empty: where the environment or the default says), does everything, and ends
// all processes. Gives the exit status; every failure is logged and has its own.
int run(const std::string& config_path, const std::vector<std::string>& arguments);

}  // namespace debone::init
