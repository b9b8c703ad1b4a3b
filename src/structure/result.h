// What a structure test found: for each thing that was not as expected, what was expected and what was there.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"

namespace debone::structure {

struct Failure {
  std::string what;      // "stdout", "exit status", "uid of /etc/passwd"
  std::string expected;  // as words: "a match of 'x'"
  std::string actual;
};

struct Result {
  recipe::Place place;
  std::string kind;  // "command", "file existence", "file content", "metadata", "licence"
  std::string name;
  std::vector<Failure> failures;
  std::chrono::milliseconds duration{0};
  bool passed() const { return failures.empty(); }
};

// Bytes for a person to read: in double quotes, on one line, without control characters; of more than 2000 bytes the
// rest is counted.
std::string shown(std::string_view bytes);

}  // namespace debone::structure
