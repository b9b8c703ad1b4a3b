// What is done before the long-running process is started: secrets, waits, templates, steps.
#pragma once

#include "init/config.h"
#include "init/supervise.h"

namespace debone::init {

// Reads NAME_FILE into NAME for the configuration's from_files and secrets, of which the latter the log hides from then
// on, and looks for what is required. Throws Failure.
void read_secrets(const Config& config, Environment& environment, Log& log);

// Each throws Failure (a step with its own exit status) or Stopped.
void perform(Context& context, const Wait& wait);
void perform(Context& context, const Template& made);
void perform(Context& context, const Step& step);

}  // namespace debone::init
