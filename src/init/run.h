// What the first process of a container does, from the configuration to the exit status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "init/config.h"

namespace debone::init {

inline constexpr std::string_view default_config = "/etc/debone/init.conf";

// The sections, then the file's (an empty path: none), with what the environment overrules. Throws ConfigFailure, or
// Failure where the file cannot be read.
Config load_config(const std::string& path, const Environment& environment, std::vector<Section> sections = {});

// What the command line says.
struct Given {
  std::string config_path;        // empty: where the environment or the default says
  std::vector<Section> sections;  // waits and templates, before those of the file
  std::vector<std::string> arguments;
};

// Reads the configuration, does everything, and ends all processes. Gives the exit status; every failure is logged and
// has its own.
int run(const Given& given);

}  // namespace debone::init
