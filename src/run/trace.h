// Running an image under strace, which follows the container's processes from before its program is executed. Beside
// that it is run(): the same root, user, environment, signals and exit status; but no terminal: the program's standard
// streams are pipes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "run/launch.h"

namespace debone::run {

// What is mounted over the image's files, volumes included: absolute paths.
std::vector<std::string> mount_points(const Launch& launch);

// As run(), for what prepare() made without a terminal; what strace writes (`-f -y -s 0`, calls that name paths, and
// those that start processes) is given to `on_trace` as it comes. Throws Error (internal) where strace is missing or
// may not trace.
Ended trace(Launch launch, const std::function<void(std::string_view bytes)>& on_trace);

}  // namespace debone::run
