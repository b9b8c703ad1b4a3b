// One command of the command line: its words for --help, the man page and completion, and what it does. A command
// lives in a file of its own, NAME_command.cc, and is listed in commands().
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace debone::cli {

struct Example {
  std::string command;
  std::string explanation;
};

struct Command {
  std::string name;
  std::string summary;      // one line, as `debone --help` lists it
  std::string description;  // paragraphs for --help and the man page
  std::vector<Example> examples;
  bool hidden = false;          // for packagers and scripts: not in `debone --help`
  bool starts_program = false;  // what stands behind -- is that program's
  // Declares options on `app` and returns the action; the options live in the action's closure.
  std::function<std::function<int()>(CLI::App& app)> prepare;
};

Command build_command();
Command lock_command();
Command update_command();
Command fetch_command();
Command run_command(std::vector<std::string> behind);
Command trace_command(std::vector<std::string> behind);
Command test_command();
Command show_command();
Command check_command();
Command diff_command();
Command why_command();
Command tree_command();
Command catalog_command();
Command cuts_command();
Command scripts_command();
Command new_command();
Command stack_command();
Command completion_command(const CLI::App& root);
Command man_command(const CLI::App& root);

// The visible commands in the order of --help, then the hidden ones, which describe `root`. `behind` is what stands
// behind -- on the command line.
std::vector<Command> commands(const CLI::App& root, const std::vector<std::string>& behind = {});

}  // namespace debone::cli
