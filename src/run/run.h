// Running an image with runc: a temporary bundle, the terminal and signals passed through, the exit status given
// back; rootless where the machine allows it. Nothing of it stays.
#pragma once

#include <string>
#include <vector>

#include "image/read.h"

namespace debone::run {

struct Options {
  std::vector<std::string> arguments;    // replace cmd, as `docker run IMAGE ARGS` does
  std::vector<std::string> entrypoint;   // where not empty: replaces the entrypoint (and cmd is then `arguments`)
  std::vector<std::string> environment;  // "NAME=VALUE", or "NAME" to pass this process's value
  std::vector<std::string> tmpfs;        // absolute paths that get an empty tmpfs, mode 1777
  std::string user;                      // as docker's --user; empty: the image's
  std::string work_dir;                  // empty: the image's
  bool read_only = false;                // the root file system
};

// Unpacks the image below a temporary folder, runs it in the foreground on the host's network, and returns its exit
// status; 125 where debone or runc failed, 126 where the command cannot be executed, 127 where it is not found (as
// docker does).
int run(const image::StoredImage& image, const Options& options);

}  // namespace debone::run
