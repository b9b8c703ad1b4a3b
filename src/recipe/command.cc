#include "recipe/command.h"

#include <fmt/format.h>

#include "recipe/fields.h"

namespace debone::recipe {

std::optional<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> arguments;
  bool inside = false;  // of an argument, which may be empty: ''
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      inside = false;
      continue;
    }
    if (!inside) arguments.emplace_back();
    inside = true;
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote != '\'') {
      if (i + 1 == text.size()) return std::nullopt;
      const char next = text[i + 1];
      if (quote == '"' && next != '"' && next != '\\') {
        arguments.back() += c;
      } else {
        arguments.back() += next;
        ++i;
      }
    } else {
      arguments.back() += c;
    }
  }
  if (quote != '\0') return std::nullopt;
  return arguments;
}

std::vector<std::string> command_of(const Node& node, std::string_view key) {
  if (node.kind == Node::Kind::list) {
    std::vector<std::string> arguments;
    for (const auto& item : node.items) arguments.push_back(text_or_empty(*item, key));
    return arguments;
  }
  if (node.kind == Node::Kind::map) fail(node, fmt::format("'{}' must be a list or a text, not a map", key));
  auto arguments = split_command(text_or_empty(node, key));
  if (!arguments)
    fail(node, fmt::format("a quote or a backslash in '{}' has no end", key), "write the command as a list");
  return *std::move(arguments);
}

}  // namespace debone::recipe
