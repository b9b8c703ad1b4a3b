#include "recipe/architectures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "recipe/fields.h"

namespace debone::recipe {
namespace {

constexpr std::array<std::string_view, 10> debian_architectures{"amd64",    "arm64",  "armel",   "armhf",   "i386",
                                                                "mips64el", "mipsel", "ppc64el", "riscv64", "s390x"};

// What apko and OCI call them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> other_architectures{{{"386", "i386"},
                                                                                             {"aarch64", "arm64"},
                                                                                             {"arm/v5", "armel"},
                                                                                             {"arm/v6", "armel"},
                                                                                             {"arm/v7", "armhf"},
                                                                                             {"armv7", "armhf"},
                                                                                             {"mips64le", "mips64el"},
                                                                                             {"ppc64le", "ppc64el"},
                                                                                             {"x86", "i386"},
                                                                                             {"x86_64", "amd64"}}};

}  // namespace

std::optional<std::string_view> debian_architecture(std::string_view name) {
  const auto* own = std::ranges::find(debian_architectures, name);
  if (own != debian_architectures.end()) return *own;
  for (const auto& [other, debian] : other_architectures) {
    if (name == other) return debian;
  }
  return std::nullopt;
}

std::string hint_of_architectures(std::string_view name) {
  return suggestion(name, debian_architectures, fmt::format("choose from {}", listed(debian_architectures)));
}

}  // namespace debone::recipe
