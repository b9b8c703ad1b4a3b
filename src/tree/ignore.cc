#include "tree/ignore.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/error.h"
#include "base/text.h"

namespace debone::tree {
namespace {

// Whether `pattern` fits all of `items`, where `is_star` names the elements of `pattern` that fit any number of items.
// Of several stars only the last met need be tried anew, so the time is at most the product of the lengths.
template <typename Pattern, typename Items, typename IsStar, typename Fits>
bool matches(const Pattern& pattern, const Items& items, IsStar&& is_star, Fits&& fits) {
  std::size_t p = 0;
  std::size_t i = 0;
  std::size_t star = pattern.size();
  std::size_t star_took_until = 0;
  while (i < items.size()) {
    if (p < pattern.size() && is_star(pattern[p])) {
      star = p++;
      star_took_until = i;
    } else if (p < pattern.size() && fits(pattern[p], items[i])) {
      ++p;
      ++i;
    } else if (star < pattern.size()) {
      p = star + 1;
      i = ++star_took_until;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && is_star(pattern[p])) ++p;
  return p == pattern.size();
}

// One component's pattern as elements, escapes resolved.
struct Element {
  enum class Kind { character, any_one, any_number } kind;
  char character;
};

std::vector<Element> elements_of(std::string_view component) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] == '\\' && i + 1 < component.size()) {
      elements.push_back({Element::Kind::character, component[++i]});
    } else if (component[i] == '*') {
      elements.push_back({Element::Kind::any_number, '*'});
    } else if (component[i] == '?') {
      elements.push_back({Element::Kind::any_one, '?'});
    } else {
      elements.push_back({Element::Kind::character, component[i]});
    }
  }
  return elements;
}

bool component_fits(std::string_view pattern, std::string_view name) {
  return matches(
      elements_of(pattern), name, [](const Element& element) { return element.kind == Element::Kind::any_number; },
      [](const Element& element, char c) { return element.kind == Element::Kind::any_one || element.character == c; });
}

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
    Rule rule;
    if (line.starts_with('!')) {
      rule.takes_back = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.directories_only = true;
      line.remove_suffix(1);
    }
    const bool tied = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    if (!tied) rule.components.emplace_back("**");
    for (const auto component : base::split(line, '/')) rule.components.emplace_back(component);
    // "a/**" is what lies in a, not a itself.
    if (tied && rule.components.back() == "**") rule.components.emplace_back("*");
    rules.rules_.push_back(std::move(rule));
  }
  return rules;
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const {
  const auto components = base::split(path, '/');
  for (const auto& rule : std::views::reverse(rules_)) {
    if (rule.directories_only && !is_directory) continue;
    if (matches(
            rule.components, components, [](const std::string& pattern) { return pattern == "**"; }, component_fits)) {
      return !rule.takes_back;
    }
  }
  return false;
}

}  // namespace debone::tree
