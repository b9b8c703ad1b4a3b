// The update-alternatives(1) calls of a maintainer script, read without running it: literal calls, continued over
// lines, and those in a `for NAME in WORDS` loop. A call with any other expansion is left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace debone::package {

// LINK -> /etc/alternatives/NAME -> PATH.
struct Alternative {
  std::string link;
  std::string name;
  std::string path;
};

struct InstalledAlternative {
  Alternative alternative;
  int priority = 0;
  std::vector<Alternative> slaves;
};

// The --install calls of a script in their order.
std::vector<InstalledAlternative> installed_alternatives(std::string_view script);

}  // namespace debone::package
