// Bringing a stack, or some services of it, up, for whoever waits at the terminal.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "stack/engine.h"

namespace debone::cli {

// As stack::launch; of containers that stand in the way the last lines are printed to stderr. Throws Error
// (does_not_hold) for these.
void start_stack(const stack::Compose& compose, const std::vector<std::string>& services,
                 std::chrono::milliseconds patience);

}  // namespace debone::cli
