// The config.json of a bundle (OCI runtime-spec, config.md): docker's defaults for capabilities, masked and read-only
// paths and mounts, but with the host's network, and without privileges to gain.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/id_maps.h"
#include "run/process.h"

namespace debone::run {

// A file or folder of the host, and where it stands in the container.
struct BindMount {
  std::filesystem::path source;
  std::string destination;  // absolute
  bool read_only = false;
};

struct Container {
  Process process;
  bool read_only = false;           // the root file system
  std::vector<std::string> tmpfs;   // absolute paths
  std::vector<std::string> shared;  // files of the host that the container sees under the same path
  // Folders of this machine, and where they stand in the container, writable.
  std::vector<std::pair<std::filesystem::path, std::string>> folders;
  std::vector<BindMount> binds;
  std::vector<std::string> capabilities;  // beside docker's default ones: "CAP_SYS_PTRACE"
  std::filesystem::path pid_namespace;    // one to join; empty: a new one
  std::optional<IdMaps> id_maps;          // where not root: those of the user namespace that runc is called in
};

// Where something is mounted over the root file system: absolute paths.
std::vector<std::string> mounted_paths(const Container& container);

// The name of a capability (capabilities(7)) that is written with or without CAP_, in any case; nothing where Linux has
// none of that name.
std::optional<std::string> find_capability(std::string_view name);

// The text of config.json; the root file system is the bundle's folder "rootfs".
std::string spec_text(const Container& container);

}  // namespace debone::run
