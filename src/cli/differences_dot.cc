// What differs stands between the two sides: what is gone hangs on the first, what is new on the second, and what
// changed on both. Paths are counted by their package, those of none by the folder at the top that they are in.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "cli/differences_text.h"
#include "cli/dot.h"

namespace debone::cli {
namespace {

enum class Change { gone, changed, added };

template <typename Value>
Change change_of(const Value* before, const Value* after) {
  if (before == nullptr) return Change::added;
  return after == nullptr ? Change::gone : Change::changed;
}

std::string_view color_of(Change change) {
  switch (change) {
    case Change::gone: return "#b42318";
    case Change::changed: return "#b35900";
    case Change::added: return "#1a7f37";
  }
  return {};
}

std::string_view sign_of(Change change) {
  switch (change) {
    case Change::gone: return "-";
    case Change::changed: return "~";
    case Change::added: return "+";
  }
  return {};
}

class Drawing {
 public:
  void add(Change change, const std::string& label, std::string_view shape) {
    const auto node = fmt::format("n{}", count_++);
    nodes_ += fmt::format("  {} [label={}, shape={}, color=\"{}\"];\n", node, label, shape, color_of(change));
    if (change != Change::added) edges_ += fmt::format("  A -> {} [color=\"{}\"];\n", node, color_of(change));
    if (change != Change::gone) edges_ += fmt::format("  {} -> B [color=\"{}\"];\n", node, color_of(change));
  }

  std::string str() const { return nodes_ + edges_; }

 private:
  std::size_t count_ = 0;
  std::string nodes_;
  std::string edges_;
};

std::string side_label(const Side& side) {
  if (!side.image) return dot_lines(side.what, side.kind);
  return dot_lines(side.what, base::human_size(side.image->size));
}

std::string top_folder(const base::RelPath& path) {
  const auto text = path.absolute();
  return text.substr(0, text.find('/', 1));
}

}  // namespace

std::string dot_of(const Differences& found, const Side& before, const Side& after) {
  Drawing drawing;
  const bool is_one_architecture = before.packages.architectures.size() < 2 && after.packages.architectures.size() < 2;
  for (const auto& change : found.packages) {
    const auto label = is_one_architecture ? dot_string(change.str()) : dot_lines(change.str(), change.architecture);
    drawing.add(change_of(change.before, change.after), label, "box");
  }
  for (const auto* settings : {&found.accounts, &found.config}) {
    for (const auto& each : *settings) {
      const auto change = change_of(each.before, each.after);
      const auto name = each.kind + (each.name.empty() ? "" : " " + each.name);
      drawing.add(change, dot_string(fmt::format("{} {}", sign_of(change), name)), "note");
    }
  }
  std::map<std::pair<std::string, Change>, std::size_t> paths;
  for (const auto& each : found.files) {
    const auto& package = each.either().package;
    ++paths[{package.empty() ? top_folder(each.path) : package, change_of(each.before, each.after)}];
  }
  for (const auto& [key, count] : paths) {
    const auto& [where, change] = key;
    const auto counted = fmt::format("{} {} {}", sign_of(change), count, count == 1 ? "path" : "paths");
    drawing.add(change, dot_lines(counted, (where.starts_with('/') ? "in " : "of ") + where), "folder");
  }
  return fmt::format(
             "digraph diff {{\n"
             "  rankdir=LR;\n"
             "  node [fontname=\"sans-serif\"];\n"
             "  A [label={}, shape=box, style=bold];\n"
             "  B [label={}, shape=box, style=bold];\n",
             side_label(before), side_label(after)) +
         drawing.str() + "}\n";
}

}  // namespace debone::cli
