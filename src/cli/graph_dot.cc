#include <fmt/format.h>

#include "base/text.h"
#include "cli/dot.h"
#include "cli/render_graph.h"

namespace debone::cli {
std::string dot_of(const ClosureGraph& graph) {
  // No package has an upper-case name, so the recipe's node is nobody else's.
  std::string text = fmt::format(
      "digraph {} {{\n"
      "  rankdir=LR;\n"
      "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
      "  RECIPE [label={}, style=bold];\n",
      dot_string(graph.name), dot_lines(graph.name, base::human_size(graph.size())));
  for (std::size_t i = 0; i < graph.packages.size(); ++i) {
    const auto& package = graph.packages[i];
    auto size = base::human_size(package.size);
    if (package.gone > package.size) size += fmt::format(", {} in all", base::human_size(package.gone));
    text += fmt::format("  {} [label={}, tooltip={}];\n", dot_string(package.name), dot_lines(package.name, size),
                        dot_string(package.name + " " + package.version));
  }
  for (std::size_t i = 0; i < graph.packages.size(); ++i) {
    const auto& package = graph.packages[i];
    const auto from = package.parent ? dot_string(graph.packages[*package.parent].name) : "RECIPE";
    const auto tooltip = package.file.empty() ? package.why : package.file + " " + package.why;
    text += fmt::format("  {} -> {} [tooltip={}];\n", from, dot_string(package.name), dot_string(tooltip));
  }
  for (std::size_t i = 0; i < graph.packages.size(); ++i) {
    for (const auto other : graph.packages[i].shows) {
      if (graph.packages[other].parent == i) continue;
      text += fmt::format("  {} -> {} [style=dotted, color=grey, constraint=false];\n",
                          dot_string(graph.packages[i].name), dot_string(graph.packages[other].name));
    }
  }
  return text + "}\n";
}

}  // namespace debone::cli
