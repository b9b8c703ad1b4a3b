// Running an image with runc: a temporary bundle, the terminal and signals passed through, the exit status given
// back; rootless where the machine allows it. Nothing of it stays.
#pragma once

#include <string>
#include <vector>

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

// Unpacks the image below a temporary folder, runs it in the foreground on the host's network, and returns its exit
// status (128+N where signal N ended it); where runc fails it has said why, and this returns, as docker does, 125, or
// 126 where the command cannot be executed, or 127 where it is not found. Throws Error where debone itself fails before
// that (125 on the command line). Without root: in a user namespace in which this process's user is root, with more
// ids where /etc/subuid gives them and newuidmap is installed, and without supplementary groups. A signal that
// ends this process is forwarded, or waits until all is removed.
int run(const image::StoredImage& image, const Options& options);

}  // namespace debone::run
