// What a user may have meant by a name that no source has: names that go on where it ends (firefox, firefox-esr), or
// the one that looks most like it (libsl3, libssl3t64).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace debone::resolve {

// Up to five of `known`, the best first; none where nothing is near.
std::vector<std::string> similar_names(std::string_view name, const std::vector<std::string>& known);

}  // namespace debone::resolve
