// The Content-Range of an HTTP answer (RFC 9110, section 14.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace debone::archive {

// The first and the total of "bytes 100-199/200"; the total is absent where it is "*".
struct ContentRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> total;
};

// Nothing where the text is none.
std::optional<ContentRange> parse_content_range(std::string_view value);

}  // namespace debone::archive
