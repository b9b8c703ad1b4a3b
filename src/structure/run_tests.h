// All tests of a test file on one image.
#pragma once

#include <chrono>
#include <vector>

#include "structure/checks.h"

namespace debone::structure {

// A result for each, in the order of their kinds (commands, existence, content, metadata, licences) and then of the
// file, as the original has it. Throws Error where a test cannot be made: runc is missing, the user is unknown.
std::vector<Result> run_tests(const TestFile& file, const Subject& subject, std::chrono::milliseconds timeout);

}  // namespace debone::structure
