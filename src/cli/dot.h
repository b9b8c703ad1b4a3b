// What the drawings in Graphviz' DOT language share, https://graphviz.org/doc/info/lang.html.
#pragma once

#include <string>
#include <string_view>

namespace debone::cli {

// A double-quoted string of the language, of printable characters.
std::string dot_string(std::string_view text);

// One of two lines.
std::string dot_lines(std::string_view first, std::string_view second);

}  // namespace debone::cli
