#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "image/image.h"

namespace debone::image {
namespace {

// https://wiki.debian.org/SupportedArchitectures beside Go's GOARCH; variants as the image spec has them.
struct Row {
  std::string_view debian;
  std::string_view kernel;  // what uname -m says there
  std::string_view architecture;
  std::string_view variant;
};
constexpr std::array<Row, 9> rows{{{"amd64", "x86_64", "amd64", ""},
                                   {"arm64", "aarch64", "arm64", ""},
                                   {"armel", "armv5tel", "arm", "v5"},
                                   {"armhf", "armv7l", "arm", "v7"},
                                   {"i386", "i686", "386", ""},
                                   {"mips64el", "mips64", "mips64le", ""},
                                   {"ppc64el", "ppc64le", "ppc64le", ""},
                                   {"riscv64", "riscv64", "riscv64", ""},
                                   {"s390x", "s390x", "s390x", ""}}};

}  // namespace

Platform platform_of(const std::string& debian_architecture) {
  const auto* row = std::ranges::find(rows, debian_architecture, &Row::debian);
  if (row == rows.end()) {
    std::string known;
    for (const auto& each : rows) known += fmt::format("{}{}", known.empty() ? "" : ", ", each.debian);
    throw base::Error(base::Exit::usage, fmt::format("no image can be made for architecture '{}'", debian_architecture))
        .hint(fmt::format("architectures are {}", known));
  }
  return {std::string(row->architecture), std::string(row->variant)};
}

std::optional<std::string> debian_architecture_of(const Platform& platform) {
  // A variant that Debian does not tell apart (arm64's "v8") is the architecture itself.
  const auto* row = std::ranges::find_if(rows, [&](const Row& each) {
    return each.architecture == platform.architecture && (each.variant.empty() || each.variant == platform.variant);
  });
  if (row == rows.end()) return std::nullopt;
  return std::string(row->debian);
}

Platform machine_platform() {
  utsname name{};
  ::uname(&name);
  const auto* row = std::ranges::find(rows, std::string_view(name.machine), &Row::kernel);
  if (row == rows.end()) return {name.machine, ""};
  return {std::string(row->architecture), std::string(row->variant)};
}

}  // namespace debone::image
