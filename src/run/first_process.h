// A PID namespace whose first process does nothing but be there (as the pause container of a Kubernetes pod is), so
// that a container that joins it does not begin as process 1. The kernel spares a traced process 1 its own faults: it
// would not die of them but repeat them for ever.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace debone::run {

class FirstProcess {
 public:
  // Makes the namespace, below this process's own. Throws Error (internal) where that is not allowed. To be called in
  // an enclosure, which has the rights and takes it along.
  FirstProcess();
  FirstProcess(const FirstProcess&) = delete;
  FirstProcess& operator=(const FirstProcess&) = delete;
  ~FirstProcess() { end(); }

  // The namespace, for a runtime to join.
  std::filesystem::path name_space() const;
  // Ends it, with all processes in it.
  void end();

 private:
  pid_t process_ = 0;
};

}  // namespace debone::run
