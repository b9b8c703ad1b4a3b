// The way to a container that its commands have in common: an image's tree and the command line's wishes made a bundle.
#pragma once

#include <functional>
#include <optional>

#include "image/image.h"
#include "run/bundle.h"
#include "run/run.h"
#include "run/spec.h"
#include "tree/tree.h"

namespace debone::run {

struct Launch {
  Container container;
  tree::Tree tree;  // with the directories that a container has of its own: volumes, the working directory
  std::vector<std::string> volumes;
  bool joins_pid_namespace = false;  // the bundle's; otherwise it gets one of its own
};

// Throws Error where there is nothing to run, or the user is none that it could run as.
Launch prepare(const image::Config& config, tree::Tree tree, const Options& options, bool terminal);

// Unpacks into a bundle, calls `fn`, and removes it whatever happens; a signal that would end this process waits until
// then. Gives what `fn` returns, or what why_not_executable() says of the program.
Ended in_bundle(Launch launch, const std::function<int(Bundle&, const std::optional<IdMaps>&)>& fn);

}  // namespace debone::run
