#include "effects/sysusers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

namespace debone::effects {
namespace {

using base::Error;
using base::Exit;

constexpr std::uint32_t first_computed = 300;
constexpr std::uint32_t computed = 600;

Error malformed(std::string_view line, const std::string& place) {
  return Error(Exit::trust, fmt::format("malformed sysusers.d line '{}'", base::printable(line))).at(place);
}

// Words at blanks; a word in double or single quotes may hold blanks, a backslash takes the next character as it is.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (in_word) words.push_back(word);
  return words;
}

bool is_account_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_' || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 32 && !base::is_digit(name.front()) && name.front() != '-' &&
         name.front() != '.' && std::ranges::all_of(name, fits);
}

bool is_field(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c != ':' && c != '\n' && static_cast<unsigned char>(c) >= 0x20; });
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto id = base::parse_decimal(text);
  if (!id || *id >= 0xFFFFFFFFU) return std::nullopt;
  return static_cast<std::uint32_t>(*id);
}

// "-", "33", "5:60", "5:games" or the path whose owner is meant.
void read_id(std::string_view text, std::string_view line, const std::string& place, Sysuser& account) {
  if (text == "-" || text.starts_with('/')) return;
  const auto colon = text.find(':');
  const auto id = text.substr(0, colon);
  if (id != "-") {
    account.id = parse_id(id);
    if (!account.id) throw malformed(line, place);
  }
  if (colon == std::string_view::npos) return;
  const auto group = text.substr(colon + 1);
  account.gid = parse_id(group);
  if (account.gid) return;
  if (!is_account_name(group)) throw malformed(line, place);
  account.group = group;
}

}  // namespace

std::vector<Sysuser> parse_sysusers(std::string_view text, const std::string& place) {
  std::vector<Sysuser> accounts;
  std::size_t number = 0;
  for (const auto line : base::lines(text)) {
    ++number;
    const auto trimmed = base::trim(line);
    if (trimmed.empty() || trimmed.front() == '#' || trimmed.front() == ';') continue;
    const auto where = fmt::format("{}:{}", place, number);
    const auto words = words_of(trimmed);
    if (!words || words->size() < 2) throw malformed(trimmed, where);
    const auto field = [&](std::size_t i) -> std::string {
      return i < words->size() && (*words)[i] != "-" ? (*words)[i] : "";
    };
    const auto& type = (*words)[0];
    if (type == "r") continue;
    Sysuser account;
    account.name = (*words)[1];
    if (!is_account_name(account.name)) throw malformed(trimmed, where);
    if (type == "u" || type == "u!") {
      read_id(words->size() > 2 ? (*words)[2] : "-", trimmed, where, account);
      account.gecos = field(3);
      if (auto home = field(4); !home.empty()) account.home = home;
      if (auto shell = field(5); !shell.empty()) account.shell = shell;
      if (!is_field(account.gecos) || !is_field(account.home) || !is_field(account.shell))
        throw malformed(trimmed, where);
    } else if (type == "g") {
      account.kind = Sysuser::Kind::group;
      read_id(words->size() > 2 ? (*words)[2] : "-", trimmed, where, account);
    } else if (type == "m") {
      account.kind = Sysuser::Kind::member;
      account.group = field(2);
      if (!is_account_name(account.group)) throw malformed(trimmed, where);
    } else {
      throw malformed(trimmed, where);
    }
    accounts.push_back(std::move(account));
  }
  return accounts;
}

std::uint32_t computed_id(std::string_view name) {
  const auto hash = base::Digest::of(name).bytes();
  const auto number = (std::uint32_t{hash[0]} << 16U) | (std::uint32_t{hash[1]} << 8U) | hash[2];
  return first_computed + number % computed;
}

}  // namespace debone::effects
