#include <fmt/format.h>

#include "base/text.h"
#include "structure/checks.h"

namespace debone::structure {

std::string shown(std::string_view bytes) {
  constexpr std::size_t most = 2000;
  auto text = fmt::format("\"{}\"", base::printable(bytes.substr(0, most)));
  if (bytes.size() > most) text += fmt::format(" and {} bytes more", bytes.size() - most);
  return text;
}

void check_text(std::string_view what, std::string_view text, const std::vector<Pattern>& expected,
                const std::vector<Pattern>& excluded, Failures& failures) {
  for (const auto& pattern : expected) {
    if (pattern.matches(text)) continue;
    failures.push_back({std::string(what), fmt::format("a match of '{}'", pattern.text()), shown(text)});
  }
  for (const auto& pattern : excluded) {
    if (!pattern.matches(text)) continue;
    failures.push_back({std::string(what), fmt::format("no match of '{}'", pattern.text()), shown(text)});
  }
}

}  // namespace debone::structure
