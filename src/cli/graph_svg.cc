// The tree is laid out as an indented list turned on its side: a column for each step from the recipe, a row for each
// package that brings no other, and a package in the row of the first that it brings. So the lines never cross, and
// what weighs most is at the top.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/render_graph.h"
#include "cli/xml.h"

namespace debone::cli {
namespace {

using evidence::Rule;

// In the units of the drawing, pixels at its natural size.
constexpr std::size_t margin = 24;
constexpr std::size_t heading = 76;
constexpr std::size_t box_width = 236;
constexpr std::size_t box_height = 38;
constexpr std::size_t column_width = box_width + 54;
constexpr std::size_t row_height = box_height + 8;
constexpr std::size_t padding = 10;
constexpr std::size_t name_length = 24;    // characters that fit beside a size
constexpr std::size_t why_length = 42;     // characters that fit in a box's second line
constexpr std::size_t in_all_length = 15;  // of these what a second size takes

struct Group {
  std::string_view css_class;
  std::string_view told;
};
constexpr std::array<Group, 5> groups{{{"recipe", "named by the recipe"},
                                       {"needed", "needed, linked to, executed"},
                                       {"loaded", "may be loaded"},
                                       {"data", "data, plugins, modules"},
                                       {"implied", "in every image"}}};

std::string_view group_of(Rule rule) {
  switch (rule) {
    case Rule::recipe:
    case Rule::started:
    case Rule::keep:
    case Rule::locked: return "recipe";
    case Rule::needed:
    case Rule::linked:
    case Rule::interpreter:
    case Rule::stands_for:
    case Rule::executed:
    case Rule::depends: return "needed";
    case Rule::dlopened: return "loaded";
    case Rule::same_source:
    case Rule::data:
    case Rule::modules:
    case Rule::locale: return "data";
    case Rule::implied:
    case Rule::base:
    case Rule::effects: return "implied";
  }
  return {};
}

constexpr std::string_view style = R"(<style>
text { font-family: "DejaVu Sans", Verdana, sans-serif; font-size: 11px; fill: #1b1f24; }
.title { font-size: 18px; font-weight: bold; }
.name { font-weight: bold; }
.why { font-size: 9px; fill: #57606a; }
.size { text-anchor: end; }
.box { fill: #f6f8fa; stroke: #d0d7de; }
.link { fill: none; stroke: #afb8c1; }
.own { fill: #57606a; }
.all { fill: #c8cfd6; }
.recipe { fill: #0b4f9e; }
.needed { fill: #1b7f79; }
.loaded { fill: #b35900; }
.data { fill: #4f8a10; }
.implied { fill: #6e7781; }
.shows { display: none; fill: none; stroke: #c2185b; pointer-events: none; }
.package:hover .shows { display: inline; }
.package:hover .box { stroke: #c2185b; }
</style>
)";

// Text that is cut short where it would not fit; what is cut stands in the box's title.
std::string fitting(std::string_view text, std::size_t length) {
  auto shown = base::printable(text);
  if (shown.size() <= length) return xml_escaped(shown);
  shown.resize(length - 1);
  return xml_escaped(base::printable(shown)) + "…";
}

struct Spot {
  std::size_t column = 0;
  std::size_t row = 0;
  std::size_t x() const { return margin + column * column_width; }
  std::size_t y() const { return heading + row * row_height; }
};

class Drawing {
 public:
  explicit Drawing(const ClosureGraph& graph) : graph_(graph), spots_(graph.packages.size()) {
    place(std::nullopt, {});
    for (const auto& package : graph.packages) largest_ = std::max(largest_, package.gone);
  }

  std::string svg() const {
    const auto width = std::max<std::size_t>(2 * margin + columns_ * column_width, 1100);
    const auto height = heading + std::max<std::size_t>(rows_, 1) * row_height + margin;
    auto text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n"
        "<title>{2}</title>\n{3}<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
        width, height, xml_escaped(told()), style);
    text += fmt::format("<text class=\"title\" x=\"{}\" y=\"32\">{}</text>\n", margin, xml_escaped(told()));
    text += legend();
    text += links(std::nullopt, {});
    text += box({}, graph_.name, base::human_size(graph_.size()), fmt::format("{} packages", graph_.count()), "");
    for (std::size_t i = 0; i < graph_.packages.size(); ++i) {
      text += package(i);
    }
    return text + "</svg>\n";
  }

 private:
  // Places what `parent` brings in the next column, from the spot's row downwards.
  void place(std::optional<std::size_t> parent, Spot at) {
    columns_ = std::max(columns_, at.column + 1);
    const auto children = graph_.children(parent);
    if (children.empty()) ++rows_;
    for (const auto child : children) {
      spots_[child] = {at.column + 1, rows_};
      place(child, spots_[child]);
    }
  }

  std::string told() const {
    const auto left_out = graph_.left_out.size();
    return fmt::format("{} for {}: {} packages, {}{}", graph_.name, graph_.architecture, graph_.count(),
                       base::human_size(graph_.size()),
                       left_out == 0 ? "" : fmt::format("; {} of apt's closure left out", left_out));
  }

  static std::string legend() {
    std::string text;
    std::size_t x = margin;
    const auto entry = [&](std::string_view css_class, std::string_view what) {
      text += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"46\" width=\"10\" height=\"10\"/>", css_class, x);
      text += fmt::format("<text x=\"{}\" y=\"55\">{}</text>\n", x + 15, xml_escaped(what));
      x += 15 + 7 * what.size() + 16;
    };
    for (const auto& group : groups) entry(group.css_class, group.told);
    entry("own", "its own size");
    entry("all", "what would go with it");
    return text;
  }

  static std::string curve(Spot from, Spot to) {
    const auto x = from.x() + box_width;
    const auto y = from.y() + box_height / 2;
    const auto end = to.y() + box_height / 2;
    const auto bend = column_width - box_width;
    if (to.x() < x) {  // the other package is no column further: around from the right
      return fmt::format("M{} {}C{} {} {} {} {} {}", x, y, x + bend, y, to.x() + box_width + bend, end,
                         to.x() + box_width, end);
    }
    return fmt::format("M{} {}C{} {} {} {} {} {}", x, y, x + bend, y, to.x() - std::min(bend, to.x()), end, to.x(),
                       end);
  }

  // In the gap before the child's column all links of a parent share a line downwards.
  static std::string elbow(Spot from, Spot to) {
    const auto y = from.y() + box_height / 2;
    const auto middle = to.x() - (column_width - box_width) / 2;
    return fmt::format("M{} {}H{}V{}H{}", from.x() + box_width, y, middle, to.y() + box_height / 2, to.x());
  }

  std::string links(std::optional<std::size_t> parent, Spot from) const {
    std::string text;
    for (const auto child : graph_.children(parent)) {
      text += fmt::format("<path class=\"link\" d=\"{}\"/>\n", elbow(from, spots_[child]));
      text += links(child, spots_[child]);
    }
    return text;
  }

  // Two lines of text, each with something at the right.
  static std::string box(Spot at, std::string_view name, std::string_view size, std::string_view why,
                         std::string_view in_all) {
    const auto right = at.x() + box_width - padding;
    auto text = fmt::format(
        "<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>"
        "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text><text class=\"size\" x=\"{}\" y=\"{}\">{}</text>"
        "<text class=\"why\" x=\"{}\" y=\"{}\">{}</text>",
        at.x(), at.y(), box_width, box_height, at.x() + padding, at.y() + 14, fitting(name, name_length), right,
        at.y() + 14, xml_escaped(size), at.x() + padding, at.y() + 27,
        fitting(why, in_all.empty() ? why_length : why_length - in_all_length));
    if (!in_all.empty())
      text +=
          fmt::format("<text class=\"why size\" x=\"{}\" y=\"{}\">{}</text>", right, at.y() + 27, xml_escaped(in_all));
    return text + "\n";
  }

  std::string bar(Spot at, std::string_view css_class, std::uint64_t bytes) const {
    const auto full = static_cast<double>(box_width - 2 * padding);
    const auto width = full * static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(largest_, 1));
    return fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"3\"/>", css_class,
                       at.x() + padding, at.y() + box_height - 6, width);
  }

  std::string title(std::size_t i) const {
    const auto& package = graph_.packages[i];
    const auto by = package.parent ? graph_.packages[*package.parent].name : "";
    auto text = fmt::format("{} {}\n", package.name, package.version);
    if (package.parent)
      text += package.file.empty() ? fmt::format("{} {}\n", by, package.why)
                                   : fmt::format("{} of {} {}\n", base::printable(package.file), by, package.why);
    else
      text += package.why + "\n";
    text += fmt::format("{}; {} would go with it", base::human_size(package.size), base::human_size(package.gone));
    std::string out;
    for (const auto line : base::lines(text)) out += (out.empty() ? "" : "\n") + xml_escaped(line);
    return out;
  }

  std::string package(std::size_t i) const {
    const auto& package = graph_.packages[i];
    const auto at = spots_[i];
    const bool brings = package.gone > package.size;
    auto text = fmt::format("<g class=\"package\"><title>{}</title>", title(i));
    text += box(at, package.name, base::human_size(package.size), package.why,
                brings ? base::human_size(package.gone) + " in all" : "");
    text += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{}\"/>", group_of(package.rule),
                        at.x(), at.y(), box_height);
    text += bar(at, "all", package.gone) + bar(at, "own", package.size) + "\n";
    if (!package.shows.empty()) {
      text += "<g class=\"shows\">";
      for (const auto other : package.shows) {
        text += fmt::format("<path d=\"{}\"/>", curve(at, spots_[other]));
      }
      text += "</g>\n";
    }
    return text + "</g>\n";
  }

  const ClosureGraph& graph_;
  std::vector<Spot> spots_;
  std::size_t columns_ = 0;
  std::size_t rows_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace

std::string svg_of(const ClosureGraph& graph) { return Drawing(graph).svg(); }

}  // namespace debone::cli
