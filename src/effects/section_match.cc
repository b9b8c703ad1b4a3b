#include <algorithm>
#include <utility>

#include "base/text.h"
#include "effects/table.h"

namespace debone::effects {
namespace {

// Of the characters that mean nothing to a shell.
bool is_plain(char c) {
  return c > ' ' && c < 0x7F && std::string_view(";|&$`<>()\"'\\{}#*?").find(c) == std::string_view::npos;
}

struct Part {
  std::string text;  // literal, or a placeholder's name
  bool is_placeholder = false;
  bool is_list = false;
};

// "{name}" and "{name...}"; a brace behind a '$' is the script's own.
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto end = text[i] == '{' && (i == 0 || text[i - 1] != '$') ? text.find('}', i) : std::string_view::npos;
    auto name = end == std::string_view::npos ? std::string_view{} : text.substr(i + 1, end - i - 1);
    const bool is_list = name.ends_with("...");
    if (is_list) name.remove_suffix(3);
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '_' || c == '-';
    });
    if (!is_name) {
      literal += text[i];
      continue;
    }
    if (!literal.empty()) parts.push_back({std::exchange(literal, {}), false, false});
    parts.push_back({std::string(name), true, is_list});
    i = end;
  }
  if (!literal.empty()) parts.push_back({std::move(literal), false, false});
  return parts;
}

class Matcher {
 public:
  Matcher(std::vector<Part> parts, std::string_view text) : parts_(std::move(parts)), text_(text) {}

  std::optional<Words> run() {
    if (!from(0, 0)) return std::nullopt;
    return words_;
  }

 private:
  // Whether the parts from `part` on make up the text from `at` on.
  bool from(std::size_t part, std::size_t at) {
    if (++tried_ > most_tries) return false;
    if (part == parts_.size()) return at == text_.size();
    const auto& now = parts_[part];
    const auto rest = text_.substr(at);
    if (!now.is_placeholder) return rest.starts_with(now.text) && from(part + 1, at + now.text.size());
    if (const auto known = words_.find(now.text); known != words_.end())
      return rest.starts_with(known->second) && from(part + 1, at + known->second.size());
    for (auto length = longest(rest, now.is_list); length > 0; --length) {
      if (rest[length - 1] == ' ' || rest[length - 1] == '\\') continue;
      words_[now.text] = rest.substr(0, length);
      if (from(part + 1, at + length)) return true;
    }
    words_.erase(now.text);
    return false;
  }

  // The longest text that a placeholder could stand for. debhelper writes the + and ~ of versions as \+ and \~; what
  // begins with a '-' would be an option.
  static std::size_t longest(std::string_view text, bool is_list) {
    std::size_t length = 0;
    while (length < text.size()) {
      const char c = text[length];
      const bool begins = length == 0 || text[length - 1] == ' ';
      if (c == '\\' && length + 1 < text.size() && (text[length + 1] == '+' || text[length + 1] == '~'))
        length += 2;
      else if ((is_plain(c) && !(begins && c == '-')) || (is_list && !begins && c == ' '))
        ++length;
      else
        break;
    }
    return length;
  }

  static constexpr int most_tries = 100'000;  // for what a hostile section could make of it
  std::vector<Part> parts_;
  std::string_view text_;
  Words words_;
  int tried_ = 0;
};

}  // namespace

std::optional<Words> match(const SectionTemplate& section_template, std::string_view text) {
  if (!section_template.each_line) return Matcher(parts_of(section_template.text), text).run();
  std::vector<std::vector<Part>> forms;
  for (const auto line : base::lines(section_template.text)) forms.push_back(parts_of(line));
  for (const auto line : base::lines(text)) {
    const bool fits_one =
        std::ranges::any_of(forms, [&](const auto& form) { return Matcher(form, line).run().has_value(); });
    if (!fits_one) return std::nullopt;
  }
  return Words{};
}

}  // namespace debone::effects
