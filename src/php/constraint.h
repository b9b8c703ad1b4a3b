// Composer's constraints on a version (getcomposer.org/doc/articles/versions.md) as sets of versions, for packages
// that only have stable versions of three numbers, as PHP's are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace debone::php {

using Version = std::array<std::uint32_t, 3>;

// From `from` up to before `below`.
struct Range {
  Version from{};
  Version below{};
};

class Constraint {
 public:
  // "^8.2", "~8.1.3 || 8.4.*", ">=8.2 <8.5", "8.1 - 8.4", "!=8.2.5"; nothing where it is not understood.
  static std::optional<Constraint> parse(std::string_view text);

  // Whether some version of `range` fits this one and all of `others`.
  static bool meet(const Range& range, const std::vector<Constraint>& all);

 private:
  explicit Constraint(std::vector<Range> ranges) : ranges_(std::move(ranges)) {}
  std::vector<Range> ranges_;  // a version of any fits
};

}  // namespace debone::php
