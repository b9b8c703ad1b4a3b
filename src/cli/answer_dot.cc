#include <fmt/format.h>

#include <map>
#include <set>

#include "cli/answer.h"
#include "cli/dot.h"

namespace debone::cli {

std::string dot_of(const Answers& answers) {
  std::map<std::string, std::string> nodes;  // with their attributes
  std::set<std::string> edges;
  for (const auto& answer : answers.found) {
    const bool is_left_out = answer.state == evidence::State::left_out;
    for (const auto& step : answer.chain) {
      nodes.try_emplace(step.package, fmt::format("label={}", dot_string(step.package)));
      edges.insert(fmt::format("{} -> {} [label={}{}]", step.by.empty() ? "RECIPE" : dot_string(step.by),
                               dot_string(step.package), dot_string(step.text), is_left_out ? ", style=dashed" : ""));
    }
    nodes[answer.package] = fmt::format(
        "label={}, style={}",
        dot_lines(answer.package + " " + answer.version,
                  answer.is_in_image ? (answer.path.empty() ? "in the image" : answer.path) : answer.why_not),
        answer.is_in_image ? "bold" : "dashed");
  }
  // No package has an upper-case name, so the recipe's node is nobody else's.
  auto text = fmt::format(
      "digraph {} {{\n"
      "  rankdir=LR;\n"
      "  node [shape=box, fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\", fontsize=10];\n"
      "  RECIPE [label={}, style=bold];\n",
      dot_string("why " + answers.asked), dot_string(answers.recipe));
  for (const auto& [name, attributes] : nodes) text += fmt::format("  {} [{}];\n", dot_string(name), attributes);
  for (const auto& edge : edges) text += fmt::format("  {};\n", edge);
  return text + "}\n";
}

}  // namespace debone::cli
