#include "debian/multiarch.h"

#include <array>
#include <utility>

namespace debone::debian {

std::string_view multiarch(std::string_view architecture) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> tuples{{
      {"amd64", "x86_64-linux-gnu"},
      {"arm64", "aarch64-linux-gnu"},
      {"armel", "arm-linux-gnueabi"},
      {"armhf", "arm-linux-gnueabihf"},
      {"i386", "i386-linux-gnu"},
      {"ppc64el", "powerpc64le-linux-gnu"},
      {"riscv64", "riscv64-linux-gnu"},
      {"s390x", "s390x-linux-gnu"},
  }};
  for (const auto& [name, tuple] : tuples)
    if (name == architecture) return tuple;
  return {};
}

}  // namespace debone::debian
