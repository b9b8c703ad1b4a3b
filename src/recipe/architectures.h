// Debian's architectures by all the names that they go by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debone::recipe {

// Debian's name of an architecture, also for the names that apko and OCI use; nothing where it is none.
std::optional<std::string_view> debian_architecture(std::string_view name);
// The way out where it is none: what may have been meant, or all that there are.
std::string hint_of_architectures(std::string_view name);

}  // namespace debone::recipe
