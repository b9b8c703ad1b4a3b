#include "effects/maintainer_script.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.h"
#include "base/text.h"
#include "debian/multiarch.h"

namespace debone::effects {
namespace {

constexpr std::string_view begin_mark = "# Automatically added by ";
constexpr std::string_view end_mark = "# End automatically added section";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_'; }

// What package names and versions are made of: one that stands in a longer word is not meant.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '+' || c == '.' || c == '~' ||
         c == '-';
}

std::string collapsed(std::string_view line) {
  std::string text;
  bool gap = false;
  for (const char c : line) {
    if (is_blank(c)) {
      gap = !text.empty();
      continue;
    }
    if (gap) text += ' ';
    gap = false;
    text += c;
  }
  return text;
}

// The word that ends the here-document which begins on the line, if one does.
std::optional<std::string> here_document(std::string_view line) {
  for (std::size_t at = line.find("<<"); at != std::string_view::npos; at = line.find("<<", at + 2)) {
    std::size_t i = at + 2;
    if (i < line.size() && line[i] == '<') {
      at = i - 1;  // bash's here-string
      continue;
    }
    if (i < line.size() && line[i] == '-') ++i;
    while (i < line.size() && is_blank(line[i])) ++i;
    if (i < line.size() && (line[i] == '"' || line[i] == '\'' || line[i] == '\\')) ++i;
    std::size_t end = i;
    while (end < line.size() && is_word(line[end])) ++end;
    if (end > i && !base::is_digit(line[i])) return std::string(line.substr(i, end - i));
  }
  return std::nullopt;
}

bool is_alphanumeric(char c) { return is_word(c) && c != '_'; }

// Where it stands alone: with none of the characters that `belongs` names before or behind it.
void replace_token(std::string& line, std::string_view token, std::string_view by, bool (*belongs)(char)) {
  if (token.empty()) return;
  for (std::size_t at = line.find(token); at != std::string::npos; at = line.find(token, at)) {
    const std::size_t end = at + token.size();
    const bool alone = (at == 0 || !belongs(line[at - 1])) && (end == line.size() || !belongs(line[end]));
    if (alone) line.replace(at, token.size(), by);
    at += alone ? by.size() : 1;
  }
}

std::string joined(const std::vector<std::string>& lines) { return base::join(lines, "\n"); }

}  // namespace

std::vector<std::string> normalised(std::string_view text, const Identity& identity) {
  const auto multiarch = debian::multiarch(identity.architecture);
  const auto architecture = multiarch.empty() ? std::string_view() : std::string_view(identity.architecture);
  std::vector<std::string> found;
  std::optional<std::string> end;
  for (const auto line : base::lines(text)) {
    if (end) {
      found.emplace_back(line);
      if (collapsed(line) == *end) end.reset();
    } else {
      auto shown = collapsed(line);
      if (shown.empty() || shown.front() == '#') continue;
      end = here_document(shown);
      found.push_back(std::move(shown));
    }
    replace_token(found.back(), identity.version, "@VERSION@", is_name_character);
    replace_token(found.back(), identity.package, "@PACKAGE@", is_name_character);
    replace_token(found.back(), multiarch, "@MULTIARCH@", is_alphanumeric);
    replace_token(found.back(), architecture, "@ARCHITECTURE@", is_alphanumeric);
  }
  return found;
}

MaintainerScript read_script(std::string_view text, const Identity& identity,
                             const std::function<bool(const Section&)>& is_known) {
  MaintainerScript script;
  const auto lines = base::lines(text);
  if (!lines.empty() && lines[0].starts_with("#!")) {
    const auto words = base::words(lines[0].substr(2));
    if (!words.empty()) script.interpreter = words[0];
  }
  std::string rest;
  const auto keep = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) rest.append(lines[i]).append("\n");
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto end = lines[i].starts_with(begin_mark)
                         ? std::find(lines.begin() + static_cast<std::ptrdiff_t>(i), lines.end(), end_mark)
                         : lines.end();
    if (end == lines.end()) {
      keep(i, i + 1);
      continue;
    }
    const auto last = static_cast<std::size_t>(end - lines.begin());
    std::string body;
    for (std::size_t j = i + 1; j < last; ++j) body.append(lines[j]).append("\n");
    const auto by = lines[i].substr(begin_mark.size());
    Section section{std::string(base::trim(by.substr(0, by.find('/')))), joined(normalised(body, identity)),
                    static_cast<int>(i) + 1};
    if (is_known(section))
      script.sections.push_back(std::move(section));
    else
      keep(i, last + 1);
    i = last;
  }
  script.lines = normalised(rest, identity);
  return script;
}

std::string key_of(const std::vector<std::string>& lines) {
  return base::Digest::of(joined(lines)).hex().substr(0, 16);
}

std::string fingerprint_of(std::string_view line) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto hash = base::Digest::of(line).bytes();
  const auto bits = (static_cast<unsigned>(hash[0]) << 16U) | (static_cast<unsigned>(hash[1]) << 8U) | hash[2];
  std::string text;
  for (const unsigned shift : {18U, 12U, 6U, 0U}) text += digits[(bits >> shift) & 63U];
  return text;
}

std::string fingerprints_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += fingerprint_of(line);
  return text;
}

}  // namespace debone::effects
