#include "package/update_alternatives.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace debone::package {
namespace {

constexpr std::size_t most_rounds = 256;  // of a line in loops; scripts have a handful

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && !base::is_digit(text.front()) && std::ranges::all_of(text, is_name_character);
}

// The script's lines, those that end in a backslash joined with the next.
std::vector<std::string> joined_lines(std::string_view script) {
  std::vector<std::string> joined;
  bool continued = false;
  for (const auto line : base::lines(script)) {
    const bool continues = line.ends_with('\\');
    const auto text = continues ? line.substr(0, line.size() - 1) : line;
    if (continued) {
      joined.back() += ' ';
      joined.back() += text;
    } else {
      joined.emplace_back(text);
    }
    continued = continues;
  }
  return joined;
}

// A word without its quotes; nothing where it holds an expansion or quoting that needs a shell.
std::optional<std::string> literal(std::string_view word) {
  if (word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front())
    word = word.substr(1, word.size() - 2);
  if (word.find_first_of("$`\\\"'*?[") != std::string_view::npos) return std::nullopt;
  return std::string(word);
}

// `text` with $NAME and ${NAME} replaced.
std::string expand(std::string text, const std::string& name, std::string_view value) {
  const auto replace = [&](const std::string& from, bool whole) {
    for (auto found = text.find(from); found != std::string::npos; found = text.find(from, found)) {
      const auto end = found + from.size();
      if (!whole && end < text.size() && is_name_character(text[end])) {
        found = end;
        continue;
      }
      text.replace(found, from.size(), value);
      found += value.size();
    }
  };
  replace("${" + name + "}", true);
  replace("$" + name, false);
  return text;
}

struct Loop {
  std::string variable;
  std::vector<std::string> values;
};

// `for NAME in a b c` and what follows after `;` or on the next line.
std::optional<Loop> loop_of(const std::vector<std::string_view>& words) {
  if (words.size() < 4 || words[0] != "for" || words[2] != "in" || !is_name(words[1])) return std::nullopt;
  Loop loop{std::string(words[1]), {}};
  for (std::size_t i = 3; i < words.size() && words[i] != "do" && words[i] != ";"; ++i) {
    const bool last = words[i].ends_with(';');
    const auto value = literal(last ? words[i].substr(0, words[i].size() - 1) : words[i]);
    if (!value) return std::nullopt;
    loop.values.push_back(*value);
    if (last) break;
  }
  return loop;
}

std::size_t rounds(const std::vector<Loop>& loops) {
  std::size_t count = 1;
  for (const auto& loop : loops) count *= loop.values.size();
  return count;
}

// The call at the start of `words`, if each word of it is literal.
std::optional<InstalledAlternative> call(const std::vector<std::string_view>& words) {
  std::vector<std::string> arguments;
  for (const auto word : words) {
    if (word.find_first_of("&|<>;") != std::string_view::npos) {
      // A redirection or the next command; "50;" still ends in an argument.
      if (word.ends_with(';') && word.size() > 1)
        if (const auto last = literal(word.substr(0, word.size() - 1))) arguments.push_back(*last);
      break;
    }
    const auto argument = literal(word);
    if (!argument) return std::nullopt;
    arguments.push_back(*argument);
  }
  InstalledAlternative installed;
  bool found = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--install" && i + 4 < arguments.size()) {
      installed.alternative = {arguments[i + 1], arguments[i + 2], arguments[i + 3]};
      const auto& number = arguments[i + 4];
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), installed.priority);
      if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
      found = true;
      i += 4;
    } else if ((arguments[i] == "--slave" || arguments[i] == "--follower") && i + 3 < arguments.size()) {
      installed.slaves.push_back({arguments[i + 1], arguments[i + 2], arguments[i + 3]});
      i += 3;
    }
  }
  if (!found) return std::nullopt;
  return installed;
}

void read_line(const std::string& line, const std::vector<Loop>& loops, std::size_t depth,
               std::vector<InstalledAlternative>& installed) {
  if (depth < loops.size()) {
    const auto& loop = loops[depth];
    for (const auto& value : loop.values) read_line(expand(line, loop.variable, value), loops, depth + 1, installed);
    return;
  }
  const auto words = base::words(line);
  const auto command = std::ranges::find_if(words, [](std::string_view word) {
    return word == "update-alternatives" || word.ends_with("/update-alternatives");
  });
  if (command == words.end()) return;
  if (auto found = call({command + 1, words.end()})) installed.push_back(std::move(*found));
}

}  // namespace

std::vector<InstalledAlternative> installed_alternatives(std::string_view script) {
  std::vector<InstalledAlternative> installed;
  if (script.find("update-alternatives") == std::string_view::npos) return installed;
  std::vector<Loop> loops;
  std::size_t other_loops = 0;  // of `while` and of words that are not literal, which end in `done` too
  for (const auto& line : joined_lines(script)) {
    const auto words = base::words(line);
    if (words.empty() || words.front().starts_with('#')) continue;
    if (words.front() == "for" || words.front() == "while" || words.front() == "until") {
      auto loop = loop_of(words);
      if (loop && other_loops == 0 && rounds(loops) * loop->values.size() <= most_rounds)
        loops.push_back(std::move(*loop));
      else
        ++other_loops;
    }
    read_line(line, loops, 0, installed);
    if (words.front() == "done" || words.front().starts_with("done;") || words.back() == "done") {
      if (other_loops > 0)
        --other_loops;
      else if (!loops.empty())
        loops.pop_back();
    }
  }
  return installed;
}

}  // namespace debone::package
