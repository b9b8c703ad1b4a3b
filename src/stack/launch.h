// Bringing a stack up: compose starts it, then it is waited for until every container is where it should be.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "stack/engine.h"

namespace debone::stack {

// A container that stands in the way.
struct Trouble {
  std::string service;
  std::string what;                     // "ended with exit status 3"
  std::vector<std::string> last_lines;  // that it wrote
};

struct Outcome {
  std::vector<Trouble> troubles;  // none: it is up
  bool in_time = true;            // else the troubles are what was waited for
  bool is_up() const { return troubles.empty() && in_time; }
};

// Makes containers of the services, and starts none. What they depend on is left alone: docker-compose 1.29 would wait
// for that to be healthy. What compose says goes to stderr. Throws Error (internal) where it fails or takes longer.
void create(const Compose& compose, const std::vector<std::string>& services, std::chrono::milliseconds patience);

// Starts the services, or all where none is named, and those that they depend on, and waits for the named ones, or all.
// What compose says goes to stderr. Throws Error (internal) where compose fails and no container is to blame.
Outcome launch(const Compose& compose, const std::vector<std::string>& services, std::chrono::milliseconds patience);

// What to throw for troubles: Error (does_not_hold).
base::Error error_of(const Compose& compose, const Outcome& outcome, std::chrono::milliseconds patience);

}  // namespace debone::stack
