#include "resolve/yaml_text.h"

#include <algorithm>

#include "base/text.h"

namespace debone::resolve {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c); }

// Texts that no YAML reader takes for anything else: a narrow choice.
bool is_plain(std::string_view text) {
  constexpr std::string_view inside = " ._/+~()=<>@^%-";
  if (text.empty() ||
      !(is_letter_or_digit(text.front()) || text.front() == '.' || text.front() == '_' || text.front() == '/'))
    return false;
  if (text.back() == ' ' || text == "null" || text == "Null" || text == "NULL") return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool colon = text[i] == ':' && i + 1 < text.size() && is_letter_or_digit(text[i + 1]);
    if (!is_letter_or_digit(text[i]) && inside.find(text[i]) == inside.npos && !colon) return false;
  }
  return !text.starts_with("...");
}

}  // namespace

std::string yaml_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : base::printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void FlowMap::add(std::string_view key, std::string_view value) { add_written(key, yaml_text(value)); }

void FlowMap::add_list(std::string_view key, const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values) {
    if (!list.empty()) list += ", ";
    list += yaml_text(value);
  }
  add_written(key, "[" + list + "]");
}

void FlowMap::add_written(std::string_view key, std::string_view value) {
  if (!text_.empty()) text_ += ", ";
  text_ += key;
  text_ += ": ";
  text_ += value;
}

}  // namespace debone::resolve
