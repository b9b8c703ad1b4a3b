#include "tree/diversion.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace debone::tree {
namespace {

using base::RelPath;

// A word of a shell command without its quotes, or where an operator stood.
struct Token {
  std::string text;
  bool literal = true;  // no variable, no command substitution, no pattern
  bool ends_command = false;
};

// The script's lines with continued ones joined.
std::vector<std::string> logical_lines(std::string_view script) {
  std::vector<std::string> joined;
  bool continued = false;
  for (auto line : base::lines(script)) {
    const bool continues = line.ends_with('\\');
    if (continues) line.remove_suffix(1);
    if (!continued) joined.emplace_back();
    joined.back() += line;
    continued = continues;
  }
  return joined;
}

std::vector<Token> tokens_of(std::string_view line) {
  std::vector<Token> tokens;
  bool in_word = false;
  char quote = '\0';
  for (const char c : line) {
    const bool operates = quote == '\0' && std::string_view(";&|(){}").find(c) != std::string_view::npos;
    const bool blank = quote == '\0' && (c == ' ' || c == '\t' || c == '\r');
    if (operates || blank) {
      in_word = false;
      if (operates) tokens.push_back({"", true, true});
      continue;
    }
    if (!in_word) {
      if (c == '#') break;
      tokens.emplace_back();
      in_word = true;
    }
    auto& word = tokens.back();
    if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      word.text += c;
      const std::string_view special = quote == '\0' ? "$`\\*?[<>~" : "$`\\";
      if (quote != '\'' && special.find(c) != std::string_view::npos) word.literal = false;
    }
  }
  return tokens;
}

std::optional<Diversion> diversion_of(const std::vector<Token>& command, std::string_view package) {
  auto at = command.begin();
  constexpr std::array<std::string_view, 6> before_commands{"then", "else", "do", "if", "elif", "!"};
  while (at != command.end() && std::ranges::find(before_commands, at->text) != before_commands.end()) ++at;
  if (at == command.end() || (at->text != "dpkg-divert" && !at->text.ends_with("/dpkg-divert"))) return std::nullopt;
  std::string owner(package);
  std::optional<std::string> to;
  std::optional<std::string> from;
  for (++at; at != command.end(); ++at) {
    std::string_view option = at->text;
    if (option == ">/dev/null" || option == "2>/dev/null") continue;
    if (!at->literal) return std::nullopt;
    // "--divert TO" and "--divert=TO" alike.
    std::optional<std::string> value;
    if (const auto equals = option.find('='); option.starts_with("--") && equals != std::string_view::npos) {
      value = option.substr(equals + 1);
      option = option.substr(0, equals);
    } else if ((option == "--package" || option == "--divert") && at + 1 != command.end() && (at + 1)->literal) {
      value = (++at)->text;
    }
    if (option == "--package" && value) {
      owner = *value;
    } else if (option == "--divert" && value) {
      to = *value;
    } else if (option == "--local") {
      owner.clear();
    } else if (option == "--add" || option == "--rename" || option == "--no-rename" || option == "--quiet") {
      continue;
    } else if (!option.starts_with('-') && !from) {
      from = at->text;
    } else {
      return std::nullopt;  // --remove, --list, or what this does not know
    }
  }
  if (!from) return std::nullopt;
  const auto source = RelPath::parse_absolute(*from);
  const auto target = RelPath::parse_absolute(to ? *to : *from + ".distrib");
  if (!source || !target || source->is_root() || target->is_root()) return std::nullopt;
  return Diversion{owner, *source, *target};
}

// Follows `if` and `case` by lines, to know the branches that no first installation takes.
class Branches {
 public:
  void enter(std::string_view line) {
    const auto words = base::words(line);
    if (words.empty()) return;
    const auto first = words.front();
    if (first == "if") {
      // A whole `if` on one line is judged by itself.
      whole_line_ = words.back() == "fi" && only_upgrades(line);
      if (words.back() != "fi") open_.push_back(only_upgrades(line) ? Kind::upgrade : kind_of_condition(line));
      return;
    }
    whole_line_ = false;
    if (first == "case") {
      open_.push_back(Kind::always);
    } else if (open_.empty()) {
      return;
    } else if (first == "elif") {
      open_.back() = only_upgrades(line) ? Kind::upgrade : kind_of_condition(line);
    } else if (first == "else" || first == "else;") {
      open_.back() = open_.back() == Kind::install ? Kind::upgrade : Kind::always;
    } else if (first == "fi" || first == "fi;" || first == "esac" || first == "esac;") {
      open_.pop_back();
    } else if (const auto end = line.find(')'); end != std::string_view::npos && line.find('(') >= end) {
      open_.back() = only_upgrades(line.substr(0, end)) ? Kind::upgrade : Kind::always;
    }
  }
  bool taken_on_install() const { return !whole_line_ && std::ranges::find(open_, Kind::upgrade) == open_.end(); }

 private:
  enum class Kind { always, install, upgrade };

  static bool mentions(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
  }
  static bool only_upgrades(std::string_view condition) {
    return (mentions(condition, "upgrade") && !mentions(condition, "install")) || mentions(condition, "-n \"$2\"");
  }
  static Kind kind_of_condition(std::string_view condition) {
    return mentions(condition, "install") && !mentions(condition, "upgrade") ? Kind::install : Kind::always;
  }

  std::vector<Kind> open_;
  bool whole_line_ = false;
};

}  // namespace

std::vector<Diversion> diversions_of(std::string_view preinst, std::string_view package) {
  std::vector<Diversion> found;
  if (preinst.find("dpkg-divert") == std::string_view::npos) return found;
  Branches branches;
  for (const auto& line : logical_lines(preinst)) {
    if (base::trim(line).starts_with('#')) continue;
    branches.enter(line);
    if (!branches.taken_on_install()) continue;
    std::vector<Token> command;
    const auto finish = [&] {
      if (auto diversion = diversion_of(command, package)) found.push_back(std::move(*diversion));
      command.clear();
    };
    for (auto& token : tokens_of(line)) {
      if (token.ends_command) {
        finish();
      } else {
        command.push_back(std::move(token));
      }
    }
    finish();
  }
  return found;
}

}  // namespace debone::tree
