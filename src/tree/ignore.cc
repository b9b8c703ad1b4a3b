#include "tree/ignore.h"

#include <fmt/format.h>

#include <ranges>

#include "base/error.h"
#include "base/text.h"

namespace debone::tree {
namespace {

// Blanks at the end go, but the one after a backslash.
std::string_view without_blanks_after(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

bool has_class(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      return true;
    }
  }
  return false;
}

}  // namespace

IgnoreRules IgnoreRules::parse(std::string_view text, const std::string& file) {
  IgnoreRules rules;
  std::size_t number = 0;
  for (auto line : base::lines(text)) {
    ++number;
    line = without_blanks_after(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (has_class(line)) {
      throw base::Error(base::Exit::usage, "character classes ('[...]') are not known here")
          .at(fmt::format("{}:{}", file, number))
          .hint("write '\\[' for the character itself");
    }
    const bool takes_back = line.starts_with('!');
    if (takes_back) line.remove_prefix(1);
    const bool directories_only = line.ends_with('/');
    if (directories_only) line.remove_suffix(1);
    const bool tied = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    auto pattern = (tied ? "" : "**/") + std::string(line);
    // "a/**" is what lies in a, not a itself.
    if (tied && (pattern == "**" || pattern.ends_with("/**"))) pattern += "/*";
    rules.rules_.push_back({base::Glob(pattern), directories_only, takes_back});
  }
  return rules;
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const {
  for (const auto& rule : std::views::reverse(rules_)) {
    if (rule.directories_only && !is_directory) continue;
    if (rule.glob.fits(path)) return !rule.takes_back;
  }
  return false;
}

}  // namespace debone::tree
