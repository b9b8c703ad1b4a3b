#include "debian/names.h"

#include <algorithm>

#include "base/text.h"

namespace debone::debian {

bool is_package_name(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c); };
  return !text.empty() && is_plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '+' || c == '.' || c == '-'; });
}

}  // namespace debone::debian
