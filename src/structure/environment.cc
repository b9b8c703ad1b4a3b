#include "structure/environment.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace debone::structure {
namespace {

bool is_name_character(char c) {
  return c == '_' || base::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name(std::string_view text) {
  return !text.empty() && !base::is_digit(text.front()) && std::ranges::all_of(text, is_name_character);
}

}  // namespace

std::string expand(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    std::string_view name;
    if (text.starts_with('{') && text.find('}') != std::string_view::npos) {
      name = text.substr(1, text.find('}') - 1);
      text.remove_prefix(name.size() + 2);
    } else {
      const auto end = std::ranges::find_if_not(text, is_name_character);
      name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
      text.remove_prefix(name.size());
      if (name.empty()) {
        out += '$';
        continue;
      }
    }
    if (const auto found = variables.find(std::string(name)); found != variables.end()) out += found->second;
  }
  return out;
}

std::vector<std::string> parse_env_file(std::string_view text, const std::string& name) {
  std::vector<std::string> variables;
  int number = 0;
  for (auto line : base::lines(text)) {
    ++number;
    line = base::trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = base::trim(line.substr(7));
    const auto equals = line.find('=');
    const auto variable = base::trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(variable) || line.find('\0') != std::string_view::npos) {
      throw base::Error(base::Exit::usage, "no variable")
          .at(fmt::format("{}:{}", name, number))
          .hint("write NAME=VALUE");
    }
    auto value = base::trim(line.substr(equals + 1));
    const bool quoted =
        value.size() > 1 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    if (quoted) value = value.substr(1, value.size() - 2);
    if (!value.empty()) variables.push_back(fmt::format("{}={}", variable, value));
  }
  return variables;
}

}  // namespace debone::structure
