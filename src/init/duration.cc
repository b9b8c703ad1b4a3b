#include "init/duration.h"

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr Unit units[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr std::int64_t longest = 366LL * 24 * 3'600'000;

const Unit* unit_of(std::string_view name) {
  for (const auto& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// `text` with a unit after each number; `given` is what a mistake is told of.
Duration in_units(std::string_view given, std::string_view text) {
  const auto wrong = [&](std::string_view why) { return Failure{cat("'", given, "' ", why)}; };
  std::int64_t total = 0;
  std::int64_t last_unit = INT64_MAX;
  for (auto rest = text; !rest.empty() || text.empty();) {
    const auto digits = rest.find_first_not_of("0123456789");
    const auto number = number_of(rest.substr(0, digits), static_cast<std::uint64_t>(longest));
    if (!number || digits == std::string_view::npos) throw wrong("is no duration, such as 10s or 1m30s");
    rest.remove_prefix(digits);
    const auto letters = rest.find_first_of("0123456789");
    const auto* unit = unit_of(rest.substr(0, letters));
    if (unit == nullptr || unit->milliseconds >= last_unit) throw wrong("is no duration, such as 10s or 1m30s");
    rest.remove_prefix(letters == std::string_view::npos ? rest.size() : letters);
    last_unit = unit->milliseconds;
    const auto count = static_cast<std::int64_t>(*number);
    if (count > (longest - total) / unit->milliseconds) throw wrong("is over a year");
    total += count * unit->milliseconds;
  }
  return Duration(total);
}

}  // namespace

Duration duration_of(std::string_view text) {
  const bool is_number = number_of(text, UINT64_MAX).has_value();
  return is_number ? in_units(text, cat(text, 's')) : in_units(text, text);
}

std::string seconds_of(Duration duration) {
  const auto ms = duration.count();
  const auto rest = std::to_string(ms % 1000);
  return cat(ms / 1000, '.', std::string(3 - rest.size(), '0'), rest);
}

std::string written(Duration duration) {
  auto left = duration.count();
  std::string text;
  for (const auto& unit : units) {
    if (left / unit.milliseconds == 0) continue;
    text += cat(left / unit.milliseconds, unit.name);
    left %= unit.milliseconds;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace debone::init
