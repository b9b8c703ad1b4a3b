// The secrets of a stack that lie beside its compose file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stack/description.h"

namespace debone::stack {

// Makes those that are missing below `folder`, of random bytes, and returns their names. What is there is never written
// to. A secret can be read by everybody (0444), since a container's user is another than its owner; the folder that it
// lies in, where that is made, lets nobody else in (0700).
std::vector<std::string> make_secrets(const std::filesystem::path& folder, const std::vector<Secret>& secrets);

}  // namespace debone::stack
