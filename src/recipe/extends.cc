#include "recipe/extends.h"

#include <fmt/format.h>

#include <algorithm>

#include "recipe/contents.h"
#include "recipe/fields.h"
#include "recipe/values.h"

namespace debone::recipe {

Extends extends_of(const Node& node) {
  Extends extends;
  extends.written = text_of(node, "extends");
  extends.place = node.place();
  const auto& text = extends.written;
  const bool is_file = text.ends_with(".yaml") || text.ends_with(".yml");
  extends.is_image = !is_file && (text.starts_with('/') || text.starts_with("./") || text.starts_with("../"));
  if (!is_file && !extends.is_image) return extends;
  if (node.origin->folder.empty()) {
    fail(node, fmt::format("'{}' is a file, and the catalog's text has none beside it", text),
         "name a recipe of the catalog, without .yaml");
  }
  extends.path = disk_path(node, "extends").lexically_normal();
  return extends;
}

std::vector<Source> joined_sources(const std::vector<Source>& base, const std::vector<Source>& own) {
  auto all = base;
  for (const auto& source : own) {
    const auto same =
        std::ranges::find_if(all, [&](const Source& other) { return identity_of(other) == identity_of(source); });
    if (same == all.end()) {
      all.push_back(source);
    } else {
      *same = source;
    }
  }
  return all;
}

}  // namespace debone::recipe
