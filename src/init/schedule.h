// Keeps a schedule until a signal stops it.
#pragma once

#include "init/config.h"
#include "init/supervise.h"

namespace debone::init {

// Runs the configuration's jobs at their times. Gives the exit status of the whole: 0 where it was stopped in order,
// else that of the job which was running. Throws Failure where it cannot begin. `zoneinfo`: where time zones lie.
int keep_schedule(Context& context, const Config& config, const std::string& zoneinfo = "/usr/share/zoneinfo");

}  // namespace debone::init
