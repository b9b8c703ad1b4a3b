// What `debone diff` prints: differences as a few lines for a merge request, as JSON, and drawn.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/differences.h"

namespace debone::cli {

// The summary is the last line. A path of a package that came, went or changed is counted in that package's line, and
// a folder that came or went as a whole is one line; with `every_path` each path has its own.
std::string text_of(const Differences& found, const Side& before, const Side& after, bool every_path);

nlohmann::ordered_json json_of(const Differences& found, const Side& before, const Side& after);

// https://graphviz.org/doc/info/lang.html: red is gone, green is new, brown is changed.
std::string dot_of(const Differences& found, const Side& before, const Side& after);

}  // namespace debone::cli
