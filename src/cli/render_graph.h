// A closure's graph for people and programs: as a tree of text, as JSON, in Graphviz' DOT language, as SVG. All are
// deterministic, and none needs another program to be made.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/closure_graph.h"

namespace debone::cli {

// A line a package. With `left_out`, what is left out follows, each with its reason.
std::string text_of(const ClosureGraph& graph, bool left_out);

// Everything, left out or not.
nlohmann::ordered_json json_of(const ClosureGraph& graph);

// https://graphviz.org/doc/info/lang.html: the tree's edges solid, all other evidence dotted.
std::string dot_of(const ClosureGraph& graph);

// The tree from left to right, a box a package. Resting the pointer on a box shows what it is and, in a browser, all it
// brings or shares.
std::string svg_of(const ClosureGraph& graph);

}  // namespace debone::cli
