// Whether a container's program can be executed, as far as the image's files tell: so that what is missing is said in
// time and in plain words, not by the runtime's.
#pragma once

#include <optional>

#include "run/process.h"
#include "run/run.h"
#include "tree/tree.h"

namespace debone::run {

// Why not: 127 where it or its interpreter is not there, 126 where it may not be executed; nothing where nothing speaks
// against it.
std::optional<Ended> why_not_executable(const Process& process, const tree::Tree& tree);

}  // namespace debone::run
