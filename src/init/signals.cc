#include "init/signals.h"

#include <csignal>
#include <cstring>

#include "init/text.h"

namespace debone::init {

std::optional<int> signal_of(std::string_view name) {
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (int number = 1; number < 32; ++number) {
    if (const char* known = ::sigabbrev_np(number); known != nullptr && name == known) return number;
  }
  return std::nullopt;
}

std::string signal_name(int signal) {
  const char* known = ::sigabbrev_np(signal);
  return known != nullptr ? cat("SIG", known) : cat("signal ", signal);
}

}  // namespace debone::init
