#include "base/error.h"

#include "base/text.h"

namespace debone::base {

std::string Error::render() const {
  std::string out = "error: ";
  if (!place_.empty()) out += printable(place_) + ": ";
  out += printable(what_) + "\n";
  for (const auto& frame : frames_) out += "  while " + printable(frame) + "\n";
  if (!hint_.empty()) out += "  hint: " + printable(hint_) + "\n";
  return out;
}

}  // namespace debone::base
