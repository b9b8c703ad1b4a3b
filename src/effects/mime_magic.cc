// The <match> elements of magic: where to look, and for which bytes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.h"
#include "effects/mime_database.h"

namespace debone::effects {
namespace {

[[noreturn]] void fail(std::string what) { throw base::Error(base::Exit::trust, std::move(what)); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// C's escapes, as file(1) reads them: at most three octal digits or two hexadecimal ones.
std::string unescaped(std::string_view text) {
  constexpr std::string_view letters = "nrbtfv";
  constexpr std::string_view meanings = "\n\r\b\t\f\v";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) break;
    const char c = text[i];
    if (const auto letter = letters.find(c); letter != std::string_view::npos) {
      out += meanings[letter];
    } else if (c >= '0' && c <= '7') {
      int value = 0;
      std::size_t digits = 0;
      for (; digits < 3 && i + digits < text.size() && text[i + digits] >= '0' && text[i + digits] <= '7'; ++digits)
        value = value * 8 + (text[i + digits] - '0');
      i += digits - 1;
      out += static_cast<char>(value);
    } else if (c == 'x') {
      int value = 'x';
      std::size_t digits = 0;
      for (; digits < 2 && i + 1 + digits < text.size() && hex_digit(text[i + 1 + digits]) >= 0; ++digits)
        value = (digits == 0 ? 0 : value * 16) + hex_digit(text[i + 1 + digits]);
      i += digits;
      out += static_cast<char>(value);
    } else {
      out += c;
    }
  }
  return out;
}

std::uint64_t number(const std::string& text, std::string_view what) {
  char* end = nullptr;
  errno = 0;
  const auto value = std::strtoul(text.c_str(), &end, 0);
  if (errno == ERANGE) fail(fmt::format("{} out of range ({})", what, text));
  if (*end != '\0') fail(fmt::format("{} is not a number ({})", what, text));
  return value;
}

std::string bytes_of(std::uint64_t value, unsigned size, bool big_endian) {
  std::string bytes;
  for (unsigned i = 0; i < size; ++i)
    bytes += static_cast<char>((value >> (8 * (big_endian ? size - 1 - i : i))) & 0xFFU);
  return bytes;
}

std::optional<std::string> string_mask(const std::string& text, std::size_t size) {
  if (size == 0) return std::nullopt;
  if (!text.starts_with("0x")) fail("a string's mask must be in base 16, with 0x in front");
  std::string mask(size, '\0');
  for (std::size_t i = 2; i < text.size(); ++i) {
    const auto digit = hex_digit(text[i]);
    if (digit < 0) fail(fmt::format("no hexadecimal digit in a mask ({})", text));
    const auto nibble = i - 2;
    if (nibble >= size * 2) fail("a mask is longer than its value");
    mask[nibble / 2] = static_cast<char>(mask[nibble / 2] | (nibble % 2 == 0 ? digit << 4U : digit));
  }
  return mask;
}

void read_offset(const base::XmlElement& element, MimeMatch& match) {
  const auto* text = element.attribute("offset");
  if (text == nullptr || text->empty()) fail("missing 'offset' attribute");
  char* end = nullptr;
  errno = 0;
  match.start = std::strtol(text->c_str(), &end, 10);
  if (errno == ERANGE) fail(fmt::format("number out of range ({})", *text));
  if (*end == ':' && end[1] != '\0' && match.start >= 0) {
    const auto last = std::strtol(end + 1, &end, 10);
    if (errno == ERANGE) fail(fmt::format("number out of range ({})", *text));
    const std::int64_t as_int = static_cast<std::int32_t>(last);
    if (*end != '\0' || as_int < match.start) fail(fmt::format("invalid offset ({})", *text));
    match.length = static_cast<std::int32_t>(as_int - match.start + 1);
  } else if (*end != '\0') {
    fail(fmt::format("invalid offset ({})", *text));
  }
}

struct Kind {
  std::string_view name;
  unsigned size;  // 0 of strings
  bool big_endian;
  int word_size;
};
constexpr std::array<Kind, 8> kinds{{{"string", 0, false, 1},
                                     {"byte", 1, false, 1},
                                     {"big16", 2, true, 1},
                                     {"big32", 4, true, 1},
                                     {"little16", 2, false, 1},
                                     {"little32", 4, false, 1},
                                     {"host16", 2, true, 2},
                                     {"host32", 4, true, 4}}};

MimeMatch read_match(const base::XmlElement& element) {
  MimeMatch match;
  read_offset(element, match);
  const auto* type = element.attribute("type");
  if (type == nullptr) fail("missing 'type' attribute in <match>");
  const auto* kind = std::ranges::find(kinds, *type, &Kind::name);
  if (kind == kinds.end()) fail(fmt::format("unknown magic type '{}'", *type));
  match.word_size = kind->word_size;
  const auto* value = element.attribute("value");
  const auto* mask = element.attribute("mask");
  if (value == nullptr || value->empty()) fail("no value specified");
  if (kind->size == 0) {
    match.data = unescaped(*value);
    if (mask != nullptr) match.mask = string_mask(*mask, match.data.size());
  } else {
    const auto parsed = number(*value, "value");
    if (kind->size < 4 && parsed >> (8 * kind->size) != 0) fail(fmt::format("value out of range ({})", *value));
    match.data = bytes_of(parsed, kind->size, kind->big_endian);
    if (mask != nullptr) match.mask = bytes_of(number(*mask, "mask"), kind->size, kind->big_endian);
  }
  match.matches = read_mime_matches(element);
  return match;
}

}  // namespace

std::vector<MimeMatch> read_mime_matches(const base::XmlElement& parent) {
  std::vector<MimeMatch> matches;
  for (const auto& child : parent.children) {
    if (child.name != "match") fail(fmt::format("expected <match>, but found <{}>", child.name));
    matches.push_back(read_match(child));
  }
  return matches;
}

}  // namespace debone::effects
