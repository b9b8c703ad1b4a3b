#include "cli/host.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <map>

#include "base/error.h"

namespace debone::cli {

std::string host_architecture() {
  static const std::map<std::string, std::string> names{
      {"aarch64", "arm64"},   {"armv7l", "armhf"}, {"i686", "i386"},   {"ppc64le", "ppc64el"},
      {"riscv64", "riscv64"}, {"s390x", "s390x"},  {"x86_64", "amd64"}};
  utsname machine{};
  ::uname(&machine);
  const auto found = names.find(machine.machine);
  if (found == names.end()) {
    throw base::Error(base::Exit::usage,
                      fmt::format("this machine is a '{}', which Debian has no architecture for", machine.machine))
        .hint("name one with --arch");
  }
  return found->second;
}

}  // namespace debone::cli
