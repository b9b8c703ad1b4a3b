// For tests alone: facts of files and packages, put together by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "package/facts.h"

namespace debone::evidence {

inline package::File entry(base::TarType type, std::string path, std::string link = "") {
  package::File file;
  file.type = type;
  file.path = std::move(path);
  file.link = std::move(link);
  return file;
}

inline package::File file(std::string path, std::uint64_t size = 1) {
  auto file = entry(base::TarType::file, std::move(path));
  file.size = size;
  return file;
}

inline package::File directory(std::string path) { return entry(base::TarType::directory, std::move(path)); }

inline package::File link(std::string path, std::string target) {
  return entry(base::TarType::symlink, std::move(path), std::move(target));
}

inline package::File hard_link(std::string path, std::string target) {
  return entry(base::TarType::hard_link, std::move(path), std::move(target));
}

inline package::File script(std::string path, std::string interpreter = "/bin/sh") {
  auto script = file(std::move(path));
  script.interpreter = std::move(interpreter);
  return script;
}

// A file that holds these paths.
inline package::File naming(std::string path, std::vector<std::string> paths) {
  auto naming = file(std::move(path));
  naming.paths_named = std::move(paths);
  return naming;
}

}  // namespace debone::evidence
