#include "base/error.h"

#include <fmt/format.h>

#include "base/text.h"

namespace debone::base {
namespace {

constexpr std::size_t longest_part = 2000;

std::string shown(std::string_view part) {
  if (part.size() <= longest_part) return printable(part);
  constexpr auto half = longest_part / 2;
  return fmt::format("{} [{} bytes more] {}", printable(part.substr(0, half)), part.size() - 2 * half,
                     printable(part.substr(part.size() - half)));
}

}  // namespace

std::string Error::render() const {
  std::string out = "error: ";
  if (!place_.empty()) out += shown(place_) + ": ";
  out += shown(what_) + "\n";
  for (const auto& frame : frames_) out += "  while " + shown(frame) + "\n";
  if (!hint_.empty()) out += "  hint: " + shown(hint_) + "\n";
  return out;
}

}  // namespace debone::base
