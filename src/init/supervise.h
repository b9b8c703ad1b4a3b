// Running one process to its end, with everything that may happen meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "init/child.h"
#include "init/log.h"
#include "init/processes.h"
#include "init/stopper.h"

namespace debone::init {

// What the work is done with.
struct Context {
  Processes& processes;
  const Log& log;
  Environment environment;
  AccountFiles accounts;
  Stopping stopping;
};

// A signal to stop came where no long-running process could take it. Thrown.
struct Stopped {
  int signal = 0;
};

struct Outcome {
  pid_t process = 0;
  int status = 0;
  bool timed_out = false;
  std::optional<int> stopped_by;
};

// Starts it and awaits its end; after `timeout` it is stopped. With `listeners`, of which there may be none, it is the
// long-running process, which gets these, and gets signals alone; else its whole group does.
Outcome supervise(Context& context, const Child& child, const Stopping& rules, std::optional<Duration> timeout,
                  Subject subject, Listeners* listeners = nullptr);

// Waits; a signal to stop throws Stopped.
void pause(Context& context, Duration duration);

// Runs a probe in a process of its own, so that neither a name server nor a signal is waited for: an empty text where
// it holds, else why not. Throws Stopped.
std::string run_probe(Processes& processes, const std::function<std::string()>& probe, Duration limit);

// Ends and awaits every process that is left: SIGTERM, and after `timeout` SIGKILL.
void end_all(Processes& processes, const std::vector<pid_t>& groups, Duration timeout, const Log& log);

}  // namespace debone::init
