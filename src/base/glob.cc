#include "base/glob.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace debone::base {
namespace {

constexpr std::size_t most_alternatives = 1000;
constexpr std::size_t longest_pattern = 4096;  // as long as a path may be

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

Error malformed(std::string what) { return {Exit::usage, std::move(what)}; }

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

// The members of the class that begins at `at`, the place of its '['; moves `at` to its ']'.
std::bitset<256> read_class(std::string_view text, std::size_t& at) {
  const auto whole = text.substr(at);
  std::bitset<256> members;
  ++at;
  const bool negated = at < text.size() && (text[at] == '!' || text[at] == '^');
  if (negated) ++at;
  const auto next = [&] {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    return byte(text[at++]);
  };
  for (bool first = true; at < text.size() && (first || text[at] != ']'); first = false) {
    if (text[at] == '[' && at + 1 < text.size() && text[at + 1] == ':') {
      throw malformed(fmt::format("the class '{}' has a name in it", whole)).hint("write its characters: [a-z0-9]");
    }
    const auto low = next();
    auto high = low;
    if (at + 1 < text.size() && text[at] == '-' && text[at + 1] != ']') {
      ++at;
      high = next();
    }
    if (high < low) throw malformed(fmt::format("the class '{}' has a range backwards", whole));
    for (unsigned c = low; c <= high; ++c) members.set(c);
  }
  if (at >= text.size())
    throw malformed(fmt::format("the class '{}' is not closed", whole)).hint("'\\[' is the character itself");
  return negated ? ~members : members;
}

}  // namespace

Glob::Component Glob::parse(std::string_view component) {
  Component parsed;
  parsed.any_depth = component == "**";
  if (parsed.any_depth) return parsed;
  for (std::size_t i = 0; i < component.size(); ++i) {
    const char c = component[i];
    if (c == '\\' && i + 1 < component.size()) {
      parsed.elements.push_back({.character = component[++i]});
    } else if (c == '*') {
      parsed.elements.push_back({.kind = Element::Kind::any_number});
    } else if (c == '?') {
      parsed.elements.push_back({.kind = Element::Kind::one_of, .members = ~std::bitset<256>()});
    } else if (c == '[') {
      parsed.elements.push_back({.kind = Element::Kind::one_of, .members = read_class(component, i)});
    } else {
      parsed.elements.push_back({.character = c});
    }
  }
  return parsed;
}

bool Glob::is_literal(const Component& component) {
  return !component.any_depth && std::ranges::all_of(component.elements, [](const Element& element) {
    return element.kind == Element::Kind::character;
  });
}

Glob::Glob(std::string_view pattern) {
  for (const auto component : split(pattern, '/')) components_.push_back(parse(component));
  for (const auto& component : components_) {
    if (!is_literal(component)) break;
    if (&component != &components_.front()) prefix_ += '/';
    for (const auto& element : component.elements) prefix_ += element.character;
  }
  components_.push_back({.any_depth = true, .elements = {}});
}

bool Glob::fit(std::span<const Component> components, std::string_view path) {
  const auto fits_name = [](const Component& component, std::string_view name) {
    return matches(
        component.elements, name, [](const Element& element) { return element.kind == Element::Kind::any_number; },
        [](const Element& element, char c) {
          return element.kind == Element::Kind::character ? element.character == c : element.members.test(byte(c));
        });
  };
  return matches(
      components, split(path, '/'), [](const Component& component) { return component.any_depth; }, fits_name);
}

bool Glob::fits(std::string_view path) const {
  return path.starts_with(prefix_) && fit(std::span(components_).first(components_.size() - 1), path);
}

bool Glob::fits_at_or_above(std::string_view path) const { return path.starts_with(prefix_) && fit(components_, path); }

bool Glob::ends_in_name(std::string_view name) const {
  const auto& last = components_[components_.size() - 2];
  return is_literal(last) && std::ranges::equal(last.elements, name, {}, &Element::character);
}

std::vector<std::string> expand_braces(std::string_view pattern) {
  if (pattern.size() > longest_pattern) throw malformed(fmt::format("more than {} bytes", longest_pattern));
  // Of the first bracket: where it is, its commas, its end.
  std::vector<std::size_t> marks;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < pattern.size() && (marks.empty() || depth > 0); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '{') {
      if (depth++ == 0) marks.push_back(i);
    } else if (c == '}') {
      if (depth == 0) throw malformed("a '}' closes nothing").hint("'\\}' is the character itself");
      if (--depth == 0) marks.push_back(i);
    } else if (c == ',' && depth == 1) {
      marks.push_back(i);
    }
  }
  if (depth > 0) throw malformed("a '{' is not closed").hint("'\\{' is the character itself");
  if (marks.empty()) return {std::string(pattern)};

  std::vector<std::string> expanded;
  for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
    auto one = std::string(pattern.substr(0, marks.front()));
    one += pattern.substr(marks[i] + 1, marks[i + 1] - marks[i] - 1);
    one += pattern.substr(marks.back() + 1);
    for (auto& text : expand_braces(one)) expanded.push_back(std::move(text));
    if (expanded.size() > most_alternatives) {
      throw malformed(fmt::format("more than {} alternatives", most_alternatives));
    }
  }
  return expanded;
}

}  // namespace debone::base
