#include "package/shells.h"

#include <algorithm>
#include <array>

namespace debone::package {

bool is_shell(std::string_view program) {
  constexpr std::array<std::string_view, 15> shells{"ash",  "bash", "busybox", "csh",   "dash", "fish", "ksh", "ksh93",
                                                    "lksh", "mksh", "posh",    "rbash", "sh",   "tcsh", "zsh"};
  return std::ranges::find(shells, program) != shells.end();
}

}  // namespace debone::package
