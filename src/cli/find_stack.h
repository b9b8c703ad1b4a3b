// From what the user typed to a stack: a folder with a compose.yaml, or one of those that come with debone, whose files
// are written where they are not yet.
#pragma once

#include <filesystem>
#include <string>

#include "stack/description.h"

namespace debone::cli {

struct FoundStack {
  std::string name;              // compose's project
  std::filesystem::path folder;  // of its files
  stack::Description description;
  std::string embedded;  // of those that come with debone, while its folder is not there: which; else empty

  std::filesystem::path file() const;  // the compose file
};

// `what` is the name of one that comes with debone, which lies in `folder` (./NAME where that is empty), or else a
// folder. Throws Error (usage) where it is neither, and where the compose file is not as debone needs it.
FoundStack find_stack(const std::string& what, const std::string& folder);

// Writes the files of one that has none yet, all of them or none.
void write_stack(FoundStack& found);

}  // namespace debone::cli
