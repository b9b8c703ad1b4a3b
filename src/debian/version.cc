#include "debian/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace debone::debian {
namespace {

struct Parts {
  std::string_view epoch;  // digits, perhaps after a plus sign; empty where there is none
  std::string_view upstream;
  std::string_view revision;
};

Parts split_version(std::string_view text) {
  Parts parts;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto hyphen = text.rfind('-');
  parts.upstream = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) parts.revision = text.substr(hyphen + 1);
  return parts;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_only(std::string_view text, std::string_view marks) {
  return std::ranges::all_of(
      text, [&](char c) { return base::is_digit(c) || is_letter(c) || marks.find(c) != std::string_view::npos; });
}

// The weight of a character between digit runs: "~" before the end, the end before letters, letters before the rest.
int weight(std::string_view text, std::size_t at) {
  if (at >= text.size() || base::is_digit(text[at])) return 0;
  const char c = text[at];
  if (is_letter(c)) return c;
  return c == '~' ? -1 : c + 256;
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  auto digits = text.substr(0, end);
  text.remove_prefix(end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// Compares digit runs as numbers of any length; both without leading zeros.
std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// dpkg's verrevcmp (lib/dpkg/version.c).
std::weak_ordering compare_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    std::size_t at = 0;
    while ((at < a.size() && !base::is_digit(a[at])) || (at < b.size() && !base::is_digit(b[at]))) {
      if (const auto order = weight(a, at) <=> weight(b, at); order != 0) return order;
      ++at;
    }
    a.remove_prefix(std::min(at, a.size()));
    b.remove_prefix(std::min(at, b.size()));
    if (const auto order = compare_numbers(take_digits(a), take_digits(b)); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

base::Error bad_syntax(std::string_view text, std::string_view why) {
  return {base::Exit::trust, fmt::format("bad version '{}': {}", text, why)};
}

}  // namespace

Version Version::parse(std::string_view text) {
  if (text.empty()) throw bad_syntax(text, "it is empty");
  const auto parts = split_version(text);
  if (text.find(':') != std::string_view::npos) {
    auto digits = parts.epoch;
    if (digits.starts_with('+')) digits.remove_prefix(1);  // strtol takes it, so dpkg does
    if (digits.empty()) throw bad_syntax(text, "the epoch is empty");
    if (!std::ranges::all_of(digits, base::is_digit)) throw bad_syntax(text, "the epoch is not a number");
    const auto epoch = base::parse_decimal(digits);
    if (!epoch || *epoch > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
      throw bad_syntax(text, "the epoch is too big");
    }
  }
  if (parts.upstream.empty()) throw bad_syntax(text, "the upstream version is empty");
  if (text.ends_with('-')) throw bad_syntax(text, "the revision is empty");
  if (!has_only(parts.upstream, ".+-~:")) throw bad_syntax(text, "invalid character in the upstream version");
  if (!has_only(parts.revision, ".+~")) throw bad_syntax(text, "invalid character in the revision");
  return Version(std::string(text));
}

std::string_view Version::without_epoch() const {
  const std::string_view text = text_;
  const auto colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

std::weak_ordering operator<=>(const Version& a, const Version& b) {
  if (a.text_.empty() || b.text_.empty()) return !a.text_.empty() <=> !b.text_.empty();
  const auto left = split_version(a.text_);
  const auto right = split_version(b.text_);
  const auto number = [](std::string_view epoch) {
    if (epoch.starts_with('+')) epoch.remove_prefix(1);
    return take_digits(epoch);
  };
  if (const auto order = compare_numbers(number(left.epoch), number(right.epoch)); order != 0) return order;
  if (const auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

}  // namespace debone::debian
