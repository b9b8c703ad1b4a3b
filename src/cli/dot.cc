#include "cli/dot.h"

#include "base/text.h"

namespace debone::cli {

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : base::printable(text)) {
    if (c == '"' || c == '\\') out += '\\';  // a backslash begins an escape sequence
    out += c;
  }
  return out + "\"";
}

std::string dot_lines(std::string_view first, std::string_view second) {
  auto text = dot_string(first);
  text.pop_back();
  return text + "\\n" + dot_string(second).substr(1);
}

}  // namespace debone::cli
