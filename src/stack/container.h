// A container of a stack as the engine's `inspect` tells of it, and whether it is where a stack that is up has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::stack {

struct Container {
  std::string id;
  std::string service;
  std::string status;  // "created", "running", "restarting", "exited", "paused", "removing" or "dead"
  std::string health;  // "starting", "healthy", "unhealthy"; empty where it has no health check
  std::uint64_t exit_status = 0;
  std::uint64_t restarts = 0;
  std::string started;                   // when it did last, as the engine writes it
  std::vector<std::string> environment;  // "NAME=VALUE"
  std::vector<std::string> volumes;      // where they are mounted

  std::optional<std::string> variable(std::string_view name) const;
};

// The answer of `docker container inspect` for any number of containers, sorted by service and id. Throws Error where
// it is something else.
std::vector<Container> parse_containers(std::string_view json);

enum class Condition {
  ready,    // healthy; or ended with 0; or running, without a health check, since it was looked at before
  waiting,  // not yet
  failed,   // ended with another status, unhealthy, or restarted again and again
};

// `before` is what the same container was when it was looked at before, if it was.
Condition condition_of(const Container& container, const Container* before);

// "ended with exit status 3", "is unhealthy", "is starting".
std::string told(const Container& container);

}  // namespace debone::stack
