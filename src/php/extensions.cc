#include "php/extensions.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace debone::php {

Extensions Extensions::parse(std::string_view text) {
  Extensions table;
  for (const auto line : base::lines(text)) {
    const auto words = base::words(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words.size() < 2 || words.size() > 3) {
      throw base::Error(base::Exit::internal, fmt::format("the table of extensions has a line '{}'", line));
    }
    Extension extension{words[1] == "-" ? "" : std::string(words[1])};
    if (words.size() == 3) {
      extension.command_line = words[2] == "cli";
      if (!extension.command_line) extension.only = words[2];
    }
    table.by_name_.emplace(words[0], std::move(extension));
  }
  return table;
}

std::optional<Extension> Extensions::find(std::string_view name, std::string_view php) const {
  const auto [first, last] = by_name_.equal_range(name);
  for (auto entry = first; entry != last; ++entry) {
    auto extension = entry->second;
    if (!extension.only.empty() && extension.only != php) continue;
    if (const auto at = extension.package.find('@'); at != std::string::npos) extension.package.replace(at, 1, php);
    return extension;
  }
  return std::nullopt;
}

}  // namespace debone::php
