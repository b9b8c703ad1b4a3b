// Lengths of time as the configuration writes them: "500ms", "10s", "1m30s", "2h". A number without a unit is seconds.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace debone::init {

using Duration = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Throws Failure where it is none, or is over a year.
Duration duration_of(std::string_view text);

// "1.250": seconds with three places.
std::string seconds_of(Duration duration);
// "1m30s": as duration_of reads it.
std::string written(Duration duration);

}  // namespace debone::init
