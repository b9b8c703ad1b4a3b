#include "effects/string_info.h"

#include <algorithm>

namespace debone::effects {
namespace {

constexpr std::size_t word_size = 4;
constexpr std::size_t max_words = 17;
constexpr char name_mark = '\xff';
constexpr char alias_mark = '\xfe';

// The mark, the text, a NUL, padding, and the end's mark; nothing for a text that is too long.
std::string packed(std::string_view text, bool alias) {
  const auto words = std::max(std::size_t{2}, (text.size() + 6) / word_size);
  if (words > max_words) return "";
  std::string bytes(words * word_size, '\0');
  bytes.back() = name_mark;
  bytes.front() = alias ? alias_mark : name_mark;
  bytes.replace(1, text.size(), text);
  return bytes;
}

std::string number(std::uint32_t value) {
  std::string bytes;
  for (unsigned i = 0; i < word_size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return bytes;
}

}  // namespace

void StringInfo::add(std::string_view text, std::uint32_t value) { words_ += number(value) + packed(text, false); }

bool StringInfo::add_alias(std::string_view alias, std::string_view target) {
  const auto index = find(target, false);
  if (!index) return false;
  words_ += number(static_cast<std::uint32_t>(*index)) + packed(alias, true);
  return true;
}

bool StringInfo::contains(std::uint32_t value) const {
  const auto bytes = number(value);
  for (std::size_t at = 0; at + word_size < words_.size(); at += word_size)
    if (words_.compare(at, word_size, bytes) == 0 && (at == 0 || words_[at - 1] == name_mark) &&
        words_[at + word_size] == name_mark)
      return true;
  return false;
}

std::optional<std::size_t> StringInfo::find(std::string_view text, bool alias) const {
  if (words_.empty()) return std::nullopt;
  const auto wanted = packed(text, alias);
  for (std::size_t at = word_size; at + wanted.size() <= words_.size(); at += word_size)
    if (words_.compare(at, wanted.size(), wanted) == 0) return at / word_size - 1;
  return std::nullopt;
}

}  // namespace debone::effects
