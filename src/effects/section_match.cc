#include <algorithm>
#include <set>
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

// What one character of a text may be: the template's own, or one of a placeholder, which may go on behind it.
struct Atom {
  char literal = '\0';  // of a placeholder none
  bool is_list = false;
  bool is_first = false;

  bool accepts(char c) const {
    if (literal != '\0') return c == literal;
    if (is_first && c == '-') return false;
    return is_plain(c) || c == '\\' || (is_list && !is_first && c == ' ');
  }
};

std::vector<Atom> atoms_of(std::string_view text) {
  std::vector<Atom> atoms;
  for (const auto& part : parts_of(text)) {
    if (part.is_placeholder) {
      atoms.push_back({'\0', part.is_list, true});
      atoms.push_back({'\0', part.is_list, false});
    } else {
      for (const char c : part.text) atoms.push_back({c, false, false});
    }
  }
  return atoms;
}

// Whether one text can be both: a walk through both templates at once.
class Overlap {
 public:
  Overlap(std::string_view text, std::string_view other) : left_(atoms_of(text)), right_(atoms_of(other)) {}

  bool run() {
    std::vector<std::pair<std::size_t, std::size_t>> open;
    std::set<std::pair<std::size_t, std::size_t>> seen;
    const auto reach = [&](std::size_t left, std::size_t right) {
      for (const auto i : reached(left_, left))
        for (const auto j : reached(right_, right))
          if (seen.emplace(i, j).second) open.emplace_back(i, j);
    };
    reach(0, 0);
    while (!open.empty()) {
      const auto [i, j] = open.back();
      open.pop_back();
      if (i == left_.size() && j == right_.size()) return true;
      if (i == left_.size() || j == right_.size() || !have_common(left_[i], right_[j])) continue;
      reach(next(left_, i), next(right_, j));
    }
    return false;
  }

 private:
  static bool goes_on(const Atom& atom) { return atom.literal == '\0' && !atom.is_first; }
  // What stands at a place, and behind a placeholder that may have ended there.
  static std::vector<std::size_t> reached(const std::vector<Atom>& atoms, std::size_t at) {
    std::vector<std::size_t> places{at};
    if (at < atoms.size() && goes_on(atoms[at])) places.push_back(at + 1);
    return places;
  }
  static std::size_t next(const std::vector<Atom>& atoms, std::size_t at) { return goes_on(atoms[at]) ? at : at + 1; }
  static bool have_common(const Atom& left, const Atom& right) {
    if (left.literal != '\0') return right.accepts(left.literal);
    return right.literal == '\0' || left.accepts(right.literal);
  }

  std::vector<Atom> left_;
  std::vector<Atom> right_;
};

}  // namespace

bool overlap(const SectionTemplate& section_template, const SectionTemplate& other) {
  if (!section_template.each_line && !other.each_line) return Overlap(section_template.text, other.text).run();
  const auto& lines = section_template.each_line ? section_template : other;
  const auto against = base::lines(section_template.each_line ? other.text : section_template.text);
  const auto fits_one = [&](std::string_view line) {
    return std::ranges::any_of(base::lines(lines.text), [&](auto form) { return Overlap(form, line).run(); });
  };
  return section_template.each_line && other.each_line ? std::ranges::any_of(against, fits_one)
                                                       : std::ranges::all_of(against, fits_one);
}

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
