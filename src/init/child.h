// A process about to be started: everything about it, ready to be applied between fork and exec.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "init/accounts.h"
#include "init/config.h"
#include "init/environment.h"

namespace debone::init {

struct Child {
  std::vector<std::string> argv;
  std::vector<std::string> candidates;   // paths of the program, to be tried in a row
  std::vector<std::string> environment;  // "NAME=VALUE"
  std::string directory;                 // empty: as it is
  std::optional<Account> account;
  Capabilities capabilities;
  bool no_new_privileges = true;
  int standard_input = -1;     // -1: as it is
  std::vector<int> listeners;  // it gets them from first_listener on, and its number in LISTEN_PID
};

// The command with its variables expanded and its user looked up. Throws Failure.
Child child_of(const Command& command, const Environment& environment, const AccountFiles& accounts);

// Starts it in a process group of its own, with no signal blocked, ignored or handled. Where standard input is a
// terminal, it has it. Throws Failure with not_found, not_executable or own_failure.
pid_t start(const Child& child);

// A process that runs `body` and ends with what that returns.
pid_t start_function(const std::function<int()>& body);

}  // namespace debone::init
