#include "cli/command.h"

namespace debone::cli {

std::vector<Command> commands(const CLI::App& root, const std::vector<std::string>& behind) {
  return {build_command(),       lock_command(),  update_command(),         fetch_command(),  run_command(behind),
          trace_command(behind), test_command(),  show_command(),           check_command(),  diff_command(),
          why_command(),         tree_command(),  catalog_command(),        cuts_command(),   scripts_command(),
          new_command(),         stack_command(), completion_command(root), man_command(root)};
}

}  // namespace debone::cli
