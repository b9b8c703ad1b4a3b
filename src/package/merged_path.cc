#include "package/merged_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace debone::package {

bool is_merged(std::string_view top_level) {
  // Those that usrmerge and base-files know, over all architectures.
  constexpr std::array<std::string_view, 7> names{"bin", "lib", "lib32", "lib64", "libo32", "libx32", "sbin"};
  return std::ranges::find(names, top_level) != names.end();
}

std::string merged_path(std::string_view path) {
  const auto slash = path.find('/');
  const bool moves = slash != std::string_view::npos && is_merged(path.substr(0, slash));
  return fmt::format("{}{}", moves ? "usr/" : "", path);
}

}  // namespace debone::package
