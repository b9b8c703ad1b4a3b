// What a container runs, made of the image's config and the command line's wishes, as docker makes it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "image/image.h"
#include "run/run.h"
#include "tree/tree.h"
#include "tree/user.h"

namespace debone::run {

struct Process {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string work_dir;
  tree::User user;
  bool terminal = false;
};

// Throws Error (usage) where there is nothing to run, the user is unknown or an option is malformed.
Process process_of(const image::Config& config, const Options& options, const tree::Tree& tree, bool terminal);

}  // namespace debone::run
