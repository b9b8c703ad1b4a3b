// Small pure functions over text that more than one room needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::base {

// `text` without white space (space, tab, CR, LF) at either end.
std::string_view trim(std::string_view text);
// What Perl's \s is within a line.
inline constexpr std::string_view line_blanks = " \t\r\f\v";
// `text` without such before it.
std::string_view trim_front(std::string_view text);
// The pieces between separators, empty ones included; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
// The runs of characters that are not white space.
std::vector<std::string_view> words(std::string_view text);
// The lines of `text` without their newline; a last line without one counts.
std::vector<std::string_view> lines(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// Every `what` becomes `with`; one that arises of that stays.
void replace_all(std::string& text, std::string_view what, std::string_view with);
std::string lower(std::string_view text);  // ASCII only, whatever the locale
bool is_digit(char c);
bool is_hex(std::string_view text);

// A whole decimal number without sign or blanks, or nothing (also where it does not fit).
std::optional<std::uint64_t> parse_decimal(std::string_view text);
std::optional<std::uint64_t> parse_octal(std::string_view text);

// Bytes outside printable ASCII and valid UTF-8 as \xNN, newlines as \n: for error texts.
std::string printable(std::string_view text);

// The candidate nearest to `text` by edit distance (two neighbours swapped are one edit), if it is near enough to be
// meant (at most a third of its length); ties go to the first candidate. Nothing is near to a text of over 200 bytes.
std::optional<std::string> nearest(std::string_view text, const std::vector<std::string>& candidates);

// "16.1 MB", "812 kB", "97 B": decimal units, three significant digits.
std::string human_size(std::uint64_t bytes);

// "2026-11-24T01:42:03Z", for seconds since 1970 UTC; years 0000 to 9999.
std::string iso_time(std::int64_t seconds);
// The seconds of a time in exactly that form, or nothing.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

}  // namespace debone::base
