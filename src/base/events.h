// What stages tell while they work. Stages call it, the command line shows it (or does not): no stage knows
// terminals, colours or JSON. Calls may come from several threads.
#pragma once

#include <cstdint>
#include <string>

namespace debone::base {

class Events {
 public:
  Events() = default;
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  virtual ~Events() = default;
  // Something the user should read though the work goes on; without "warning:" and full stop.
  virtual void warning(const std::string& text) = 0;
  // Bytes fetched so far of all that are to be fetched in this stage.
  virtual void fetched(std::uint64_t done, std::uint64_t total) = 0;
};

}  // namespace debone::base
