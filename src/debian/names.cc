#include "debian/names.h"

#include <algorithm>

#include "base/text.h"

namespace debone::debian {

bool is_package_name(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c); };
  constexpr std::size_t longest = 255;  // as of a file's name, which it becomes a part of
  return !text.empty() && text.size() <= longest && is_plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '+' || c == '.' || c == '-'; });
}

}  // namespace debone::debian
