#include "cli/start_stack.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "stack/launch.h"

namespace debone::cli {

void start_stack(const stack::Compose& compose, const std::vector<std::string>& services,
                 std::chrono::milliseconds patience) {
  const auto outcome = stack::launch(compose, services, patience);
  if (outcome.is_up()) return;
  for (const auto& trouble : outcome.troubles) {
    for (const auto& line : trouble.last_lines) print_error(fmt::format("{}: {}\n", trouble.service, line));
  }
  throw stack::error_of(compose, outcome, patience);
}

}  // namespace debone::cli
