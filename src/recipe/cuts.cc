#include "recipe/cuts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "recipe/fields.h"
#include "recipe/unique.h"

namespace debone::recipe {
namespace {

using base::Error;
using base::Exit;

Error no_glob(std::string_view text, std::string_view why) { return {Exit::usage, fmt::format("'{}' {}", text, why)}; }

void check_set(const Node& node, const std::string& name) {
  if (name == default_cuts || std::ranges::count(cut_set_names, name) > 0) return;
  std::vector<std::string_view> names(cut_set_names.begin(), cut_set_names.end());
  names.push_back(default_cuts);
  const bool meant_as_glob = name.find_first_of("*?[{.") != std::string::npos;
  fail(node, fmt::format("no set of cuts is called '{}'", name),
       meant_as_glob ? fmt::format("a glob begins with a slash: '/**/{}' for this name in any folder", name)
                     : suggestion(name, names, "`debone cuts` lists the sets; a glob begins with a slash"));
}

CutItem item_of(const Node& node) {
  CutItem item;
  item.what = text_of(node, "cuts");
  item.restore = item.what.starts_with('!');
  if (item.restore) item.what.erase(0, 1);
  item.place = node.place();
  if (item.what.find('/') == std::string::npos) {
    check_set(node, item.what);
    return item;
  }
  try {
    globs_of(item.what);
  } catch (Error& error) {
    error.place_if_none(item.place.str());
    throw;
  }
  return item;
}

}  // namespace

std::vector<CutItem> read_cuts(const Node& node) {
  std::vector<CutItem> items;
  Unique seen("cut");
  for (const auto& item : items_of(node, "cuts")) {
    items.push_back(item_of(*item));
    seen.add(*item, item->text);
  }
  return items;
}

std::vector<base::Glob> globs_of(std::string_view text) {
  std::vector<base::Glob> globs;
  for (std::string_view one : base::expand_braces(text)) {
    if (!one.starts_with('/')) {
      throw no_glob(text, "is no absolute path").hint(fmt::format("a glob begins with a slash: '/{}'", text));
    }
    if (one.ends_with('/')) {
      throw no_glob(text, "ends with a slash").hint("a glob that fits a directory stands for all below it too");
    }
    one.remove_prefix(1);
    for (const auto component : base::split(one, '/')) {
      if (component.empty() || component == "." || component == "..") {
        throw no_glob(text, "has a component that no path in an image has").hint("write it without '//', '.' and '..'");
      }
    }
    // "/a/**" is what lies in a, not a itself.
    const bool all_below = one == "**" || one.ends_with("/**");
    globs.emplace_back(std::string(one) + (all_below ? "/*" : ""));
  }
  return globs;
}

}  // namespace debone::recipe
