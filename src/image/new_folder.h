// A folder that appears at its target all at once: it is filled under a temporary name beside the target and renamed.
// Whoever is killed in between leaves the target as it was; what was left under the temporary name is removed by the
// next one who writes to the same target.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"

namespace debone::image {

class NewFolder {
 public:
  // Makes the temporary folder (and the target's parents). `target` may exist already: put_in_place replaces it.
  explicit NewFolder(const std::filesystem::path& target);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();

  // Where to write.
  const std::filesystem::path& path() const { return temporary_; }
  void put_in_place();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  base::Fd lock_;  // held while the temporary folder is in use
};

// Whether `target` may be written without a loss: it does not exist, or is an empty folder. Throws Error (usage) where
// it is no folder.
bool is_absent_or_empty(const std::filesystem::path& target);

// Throws Error where nothing could be made beside `target`, or in the nearest of its parents that exists.
void require_writable_parent(const std::filesystem::path& target);

// Removes a folder whose own folders may lack the owner's permissions; what cannot be removed stays.
void remove_with_force(const std::filesystem::path& folder);

}  // namespace debone::image
