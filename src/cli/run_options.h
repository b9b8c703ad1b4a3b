// What the commands that run an image have in common: their options, and how they tell that the program could not be
// executed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "run/run.h"

namespace debone::cli {

struct RunOptions {
  run::Options options;
  std::vector<std::string> behind;  // what stands behind --
  std::string entrypoint;
  run::Options all() const;
};

// ARGS, --entrypoint, --env, --tmpfs, --user, --workdir, --read-only. What stands behind -- are ARGS as well, but
// CLI11, to which [a,b] is a list of two, does not see it.
void add_run_options(CLI::App& app, RunOptions& options, std::vector<std::string> behind);

// The status, with what there is to tell told on stderr; `image` is its place.
int told(run::Ended ended, const std::string& image);

}  // namespace debone::cli
