// What a traced run did to paths: executed, opened, looked at, or asked for in vain; gathered from strace's output call
// by call. Each path is resolved against the caller's working directory and root, or the descriptor it is relative to,
// and through the image's links. All before the container's program is executed is the runtime's and passed over.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rel_path.h"
#include "trace/strace_reader.h"
#include "tree/tree.h"

namespace debone::trace {

// What became of one path.
struct Access {
  bool executed = false;
  bool opened = false;
  bool looked_at = false;          // stat(2), access(2), readlink(2)
  bool absent = false;             // asked for where nothing was; it may have been there at another time
  std::string not_executed;        // the error of an execve(2) that failed: "ENOENT", "EACCES"
  std::string refused;             // the error of an open(2) that was refused: "EACCES", "EROFS"
  std::set<std::string> asked_as;  // absolute names that led here and are not its own; at most `most_names`

  static constexpr std::size_t most_names = 16;
  bool found() const { return executed || opened || looked_at; }
};

class Accesses {
 public:
  static constexpr std::size_t most_paths = 200'000;
  static constexpr std::size_t most_waiting = 100'000;  // calls of processes whose parent is not known yet

  // `tree` is the image's, `mounts` what is mounted over it, `work_dir` (absolute) where the program begins.
  Accesses(const tree::Tree& tree, std::vector<base::RelPath> mounts, std::string_view work_dir);
  Accesses(const Accesses&) = delete;
  Accesses& operator=(const Accesses&) = delete;

  void add(std::string_view strace_output) { reader_.add(strace_output); }
  void finish();  // after the last of it

  // Whether the container's program was executed; otherwise the error with which it was not ("ENOEXEC").
  bool began() const { return began_; }
  const std::string& not_begun() const { return not_begun_; }

  const std::map<base::RelPath, Access>& paths() const { return paths_; }
  // Distinct paths beyond most_paths, and lines that were not understood: of these the result knows nothing.
  std::uint64_t left_out() const { return left_out_ + reader_.passed_over() - passed_over_before_; }

 private:
  // What threads may share (CLONE_FS): their working directory and root.
  struct Place {
    base::RelPath directory;
    base::RelPath root;
  };

  void on_call(const Call& call);
  void on_end(std::uint64_t thread);
  void on_takeover(std::uint64_t thread, std::uint64_t process);
  void take(const Call& call, const std::shared_ptr<Place>& place);
  void take_ready();
  void move(const Call& call, Place& place);
  void new_thread(const Call& call, const std::shared_ptr<Place>& parent);
  void record(const Call& call, Place& place);
  void record_look(const Call& call, const base::RelPath& path, bool opens, bool follows, bool creates);
  void record_execution(base::RelPath program, const Place& place);
  void record_name(const base::RelPath& path, std::string name);
  Access* at(const base::RelPath& path);

  struct Waiting {
    std::vector<Call> calls;
    bool ended = false;
  };

  const tree::Tree& tree_;
  std::vector<base::RelPath> mounts_;
  StraceReader reader_;
  bool began_ = false;
  std::string not_begun_;
  Place first_;                                             // the program's, at its beginning
  std::map<std::uint64_t, std::shared_ptr<Place>> places_;  // by thread
  std::map<std::uint64_t, Waiting> waiting_;                // by thread, until its parent is known
  std::size_t waiting_calls_ = 0;
  std::vector<std::pair<std::vector<Call>, std::shared_ptr<Place>>> ready_;  // calls that need wait no longer
  std::map<base::RelPath, Access> paths_;
  std::uint64_t left_out_ = 0;
  std::uint64_t passed_over_before_ = 0;
};

}  // namespace debone::trace
