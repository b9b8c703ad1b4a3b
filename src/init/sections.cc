#include "init/sections.h"

#include <algorithm>

#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

// Takes a word in quotes off the front of `text`.
std::string quoted_word(std::string_view& text, const Place& place) {
  std::string word;
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    char c = text[0];
    text.remove_prefix(1);
    if (c == '\\') {
      const char escaped = text.empty() ? '\0' : text[0];
      switch (escaped) {
        case 'n': c = '\n'; break;
        case 't': c = '\t'; break;
        case '"':
        case '\\': c = escaped; break;
        default: throw ConfigFailure(place, "a backslash in quotes comes before \", \\, n or t alone");
      }
      text.remove_prefix(1);
    }
    word += c;
  }
  if (text.empty()) throw ConfigFailure(place, "a quote is not closed");
  text.remove_prefix(1);
  if (!text.empty() && blanks.find(text[0]) == std::string_view::npos) {
    throw ConfigFailure(place, "a blank is missing behind a quote");
  }
  return word;
}

std::string bare_word(std::string_view& text, const Place& place) {
  const auto word = text.substr(0, text.find_first_of(blanks));
  if (word[0] == '#') throw ConfigFailure(place, "a comment has a line of its own; quote a word that begins with '#'");
  if (word.find_first_of("\"\\") != std::string_view::npos) {
    throw ConfigFailure(place, cat("a word with a quote or a backslash stands in quotes: ", word));
  }
  text.remove_prefix(word.size());
  return std::string(word);
}

Section head_of(std::string_view line, const Place& place) {
  const auto wrong = [&](std::string_view what) { return ConfigFailure(place, std::string(what)); };
  if (line.back() != ']') throw wrong("a section's head is [KIND] or [KIND NAME]");
  const auto inside = trimmed(line.substr(1, line.size() - 2));
  const auto space = inside.find_first_of(blanks);
  Section section{std::string(inside.substr(0, space)), {}, {}, place};
  if (space != std::string_view::npos) section.name = trimmed(inside.substr(space));
  if (!is_name(section.kind)) throw wrong("a section's head is [KIND] or [KIND NAME]");
  if (space != std::string_view::npos && !is_name(section.name)) {
    throw wrong(cat("'", section.name, "' is no name: a-z, 0-9 and - are its letters, 64 at most"));
  }
  return section;
}

Entry entry_of(std::string_view line, const Place& place) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) throw ConfigFailure(place, "neither [SECTION] nor KEY = VALUE");
  const auto key = trimmed(line.substr(0, equals));
  if (!is_name(key)) throw ConfigFailure(place, cat("'", key, "' is no key"));
  Entry entry{std::string(key), words_of(line.substr(equals + 1), place), place};
  if (entry.words.empty()) throw ConfigFailure(place, cat("'", key, "' has no value"));
  return entry;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text, const Place& place) {
  if (std::ranges::any_of(text, is_control)) throw ConfigFailure(place, "a control character");
  std::vector<std::string> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    words.push_back(text[0] == '"' ? quoted_word(text, place) : bare_word(text, place));
  }
  return words;
}

std::vector<Section> sections_of(std::string_view text, const std::string& file) {
  if (text.size() > largest_config) throw ConfigFailure({file, 0}, "over 1 MiB");
  std::vector<Section> sections;
  Place place{file, 0};
  for (const auto whole : split(text, '\n')) {
    ++place.line;
    if (std::ranges::any_of(whole, is_control)) throw ConfigFailure(place, "a control character");
    const auto line = trimmed(whole);
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      auto section = head_of(line, place);
      for (const auto& other : sections) {
        if (other.kind == section.kind && other.name == section.name) {
          throw ConfigFailure(place, cat("the same section as in line ", other.place.line));
        }
      }
      sections.push_back(std::move(section));
      continue;
    }
    auto entry = entry_of(line, place);
    if (sections.empty()) throw ConfigFailure(place, cat("'", entry.key, "' stands in no section"));
    for (const auto& other : sections.back().entries) {
      if (other.key == entry.key)
        throw ConfigFailure(place, cat("'", entry.key, "' stands in line ", other.place.line, " too"));
    }
    sections.back().entries.push_back(std::move(entry));
  }
  return sections;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] != '-' &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string written_word(std::string_view word) {
  const bool bare = !word.empty() && word[0] != '#' && word.find_first_of(" \t\n\"\\") == std::string_view::npos;
  if (bare) return std::string(word);
  std::string text = "\"";
  for (const char c : word) {
    switch (c) {
      case '\n': text += "\\n"; break;
      case '\t': text += "\\t"; break;
      case '"':
      case '\\':
        text += '\\';
        text += c;
        break;
      default: text += c;
    }
  }
  return text + '"';
}

}  // namespace debone::init
