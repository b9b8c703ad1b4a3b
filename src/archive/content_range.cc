#include "archive/content_range.h"

#include "base/text.h"

namespace debone::archive {

std::optional<ContentRange> parse_content_range(std::string_view value) {
  constexpr std::string_view unit = "bytes ";
  if (!value.starts_with(unit)) return std::nullopt;
  value.remove_prefix(unit.size());
  const auto dash = value.find('-');
  const auto slash = value.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = base::parse_decimal(value.substr(0, dash));
  const auto total = value.substr(slash + 1);
  if (!first) return std::nullopt;
  if (total == "*") return ContentRange{*first, std::nullopt};
  const auto number = base::parse_decimal(total);
  if (!number) return std::nullopt;
  return ContentRange{*first, number};
}

}  // namespace debone::archive
