// The files that an image on disk consists of, whichever way it lies there: in a folder, in a tar, in a compressed
// tar. Names are judged before they are used; what they hold is verified by whoever knows its digest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace debone::image {

class ContainerFiles {
 public:
  virtual ~ContainerFiles() = default;
  // The file of that name below the image's root, or nothing where there is none. Throws Error where it holds more than
  // `limit` bytes or cannot be read.
  virtual std::optional<std::string> read(const std::string& name, std::uint64_t limit) const = 0;
};

// Opens the folder or archive at `path`. Throws Error (usage) where nothing is there, and Error (trust) for an archive
// that is malformed or names a file outside itself.
std::shared_ptr<const ContainerFiles> open_container(const std::filesystem::path& path);

}  // namespace debone::image
