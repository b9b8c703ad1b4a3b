// Small things about text, without iostreams or a formatting library, whose size debone-init cannot afford.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::init {

inline void append(std::string& text, std::string_view part) { text += part; }
inline void append(std::string& text, char part) { text += part; }
template <std::integral Number>
void append(std::string& text, Number part) {
  text += std::to_string(part);
}

// The parts in a row: texts, characters and whole numbers.
template <typename... Parts>
std::string cat(const Parts&... parts) {
  std::string text;
  (append(text, parts), ...);
  return text;
}

// A whole decimal number of at most `most`, and nothing else.
std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t most);

std::vector<std::string_view> split(std::string_view text, char at);

// "connection refused": strerror in lower case.
std::string reason_of(int error);

// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view text);

}  // namespace debone::init
