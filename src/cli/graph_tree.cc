#include <fmt/format.h>

#include "base/text.h"
#include "cli/render_graph.h"

namespace debone::cli {
namespace {

std::string line(std::string_view own, std::string_view in_all, std::string_view rest) {
  return fmt::format("{:>8} {:>8}  {}\n", own, in_all, rest);
}

void add_below(const ClosureGraph& graph, std::optional<std::size_t> parent, const std::string& indent,
               std::string& text) {
  const auto children = graph.children(parent);
  for (const auto child : children) {
    const auto& package = graph.packages[child];
    const bool is_last = child == children.back();
    text += line(base::human_size(package.size), base::human_size(package.gone),
                 fmt::format("{}{}{} {}: {}", indent, is_last ? "└─ " : "├─ ", package.name, package.version,
                             base::printable(package.why)));
    add_below(graph, child, indent + (is_last ? "   " : "│  "), text);
  }
}

}  // namespace

std::string text_of(const ClosureGraph& graph, bool left_out) {
  auto text = fmt::format("{:>8} {:>8}\n", "own", "in all");
  text += line("", base::human_size(graph.size()), fmt::format("{}: {} packages", graph.name, graph.count()));
  add_below(graph, std::nullopt, "", text);
  if (!left_out) return text;
  const auto count = graph.left_out.size();
  text += fmt::format("\n{} of apt's closure {} left out\n",
                      count == 1 ? "1 package" : fmt::format("{} packages", count), count == 1 ? "is" : "are");
  for (const auto& [name, version, why] : graph.left_out)
    text += fmt::format("  {} {}: {}\n", name, base::printable(version), base::printable(why));
  return text;
}

}  // namespace debone::cli
