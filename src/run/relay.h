// Pipes between this process's standard streams and a container's, and a fourth for what a tracer writes. A container
// gets pipes, not the streams themselves: they become its user's, and it may open them anew as /dev/stdout.
#pragma once

#include <functional>
#include <string_view>

#include "base/process.h"

namespace debone::run {

class Relay {
 public:
  // In the process that starts the container: closes the ends that the other side reads and writes.
  void keep_far_ends();
  // Valid until keep_near_ends().
  base::Streams container() const { return {in_.read.get(), out_.write.get(), err_.write.get()}; }
  int tracer() const { return trace_.write.get(); }

  // On this side: copies until all writers are gone, and gives what the tracer wrote to `on_trace`. A reader of
  // standard output that goes away is the container's to notice.
  void copy(const std::function<void(std::string_view bytes)>& on_trace);

 private:
  base::Pipe in_;
  base::Pipe out_;
  base::Pipe err_;
  base::Pipe trace_;
};

}  // namespace debone::run
