// Running programs one after the other in one container's file system, which one leaves to the next as it found and
// changed it, with what they write caught. Beside that each runs as run() has it, without a terminal or an input.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "run/launch.h"

namespace debone::run {

// A program that writes more than this to one of its streams is ended.
inline constexpr std::size_t most_caught = std::size_t{16} << 20U;  // bytes

enum class CutShort { no, by_time, by_size };

struct Caught {
  Ended ended;  // `failure` where the program could not be executed and the image's files tell why
  CutShort cut_short = CutShort::no;  // where it was killed its status means nothing, and no other runs after it
  std::string out;
  std::string err;  // also runc's words where it failed
};

// Runs the processes in turn, on a root file system that can be written, for as long as `go_on` says so of the last.
// The launch's own process is not run. Throws Error where debone itself fails, or a signal asked this process to end.
std::vector<Caught> run_each(Launch launch, const std::vector<Process>& processes, std::chrono::milliseconds timeout,
                             const std::function<bool(const Caught&)>& go_on);

}  // namespace debone::run
