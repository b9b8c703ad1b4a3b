// A bundle of runc's (https://github.com/opencontainers/runtime-spec/blob/main/bundle.md) in a temporary folder of its
// own, removed with its container at the end of its scope. What a killed debone left of one is removed by the next that
// makes one in the same place: nobody holds its lock any more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "run/id_maps.h"
#include "tree/tree.h"

namespace debone::run {

class Bundle {
 public:
  // `runc` is the program's path; `id_maps` those of a user who is not root.
  Bundle(std::string runc, const std::optional<IdMaps>& id_maps);
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle();

  const std::filesystem::path& folder() const { return folder_->path(); }
  std::filesystem::path root() const { return folder() / "rootfs"; }
  // A link to the PID namespace of a container that joins one; whoever has made that namespace makes the link.
  std::filesystem::path pid_namespace() const { return folder() / "pid-namespace"; }
  std::string id() const { return folder().filename().string(); }  // of the container

  void unpack(const tree::Tree& tree);
  void write_spec(const std::string& text);

  // A call of runc: its global options and `rest`.
  std::vector<std::string> command(const std::vector<std::string>& rest) const;
  // What a run ends with where runc itself failed (it has told why), judged by its log as docker does: 125, 126 where
  // the program cannot be executed, 127 where it is not found.
  std::optional<int> failure_of_runc() const;

 private:
  std::string runc_;
  const std::optional<IdMaps>& id_maps_;
  std::optional<base::TempDir> folder_;
  base::Fd lock_;
};

}  // namespace debone::run
