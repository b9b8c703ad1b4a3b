// Running an image with runc: a temporary bundle, the terminal and signals passed through, the exit status given
// back; rootless where the machine allows it. Nothing of it stays, and nothing of it runs on when debone is killed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "image/read.h"

namespace debone::run {

struct Options {
  std::vector<std::string> arguments{};    // replace cmd, as `docker run IMAGE ARGS` does
  std::vector<std::string> entrypoint{};   // where not empty: replaces the entrypoint (and cmd is then `arguments`)
  std::vector<std::string> environment{};  // "NAME=VALUE", or "NAME" to pass this process's value
  std::vector<std::string> tmpfs{};        // absolute paths that get an empty tmpfs, mode 1777
  std::string user{};                      // as docker's --user; empty: the image's
  std::string work_dir{};                  // empty: the image's
  bool read_only = false;                  // the root file system
};

// docker's: https://docs.docker.com/engine/containers/run/#exit-status
inline constexpr int runtime_failed = 125;
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;

struct Ended {
  int status = 0;                        // the program's (128+N where signal N ended it), or one of the three above
  std::optional<base::Error> failure{};  // where there is something to tell
};

// Unpacks the image below a temporary folder, runs it in the foreground on the host's network, and returns how it
// ended. Where runc fails it has said why. Throws Error where debone itself fails before that (125 on the command
// line). Without root: in a user namespace in which this process's user is root, with more ids where /etc/subuid gives
// them and newuidmap is installed, and without supplementary groups. A signal that ends this process is forwarded, or
// waits until all is removed; where it is killed the container is killed with it, and the next run in the same TMPDIR
// removes what it left there.
Ended run(const image::StoredImage& image, const Options& options);

}  // namespace debone::run
