// capabilities(7) by name.
#pragma once

#include <optional>
#include <string_view>

namespace debone::init {

// Of "CAP_NET_BIND_SERVICE", or without its "CAP_".
std::optional<unsigned> capability_of(std::string_view name);

inline constexpr unsigned capability_count = 41;

}  // namespace debone::init
