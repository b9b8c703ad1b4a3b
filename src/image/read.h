// Any image on disk, read back: an OCI layout (folder or tar) or a docker archive, ours or another tool's. All of it
// is hostile: digests are verified, sizes bounded, paths kept below the root.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tar_reader.h"
#include "image/image.h"

namespace debone::image {

struct StoredLayer {
  base::Digest digest;  // of the blob as stored
  std::uint64_t size = 0;
  std::string media_type;
};

class StoredImage {
 public:
  // Opens the image at `path`; of several, the one for `architecture` (Go's name; empty: this machine's, or the only
  // one). Throws Error: usage where it is no image or has none for that architecture, trust where a digest does not
  // fit.
  static StoredImage open(const std::filesystem::path& path, const std::string& architecture);

  const Config& config() const { return config_; }
  const std::map<std::string, std::string>& annotations() const { return annotations_; }
  const base::Digest& manifest_digest() const { return manifest_digest_; }
  const std::vector<StoredLayer>& layers() const { return layers_; }
  // The layer's tar, verified against its digest and decompressed (at most 8 GiB).
  std::string layer_tar(std::size_t i) const;

 private:
  StoredImage() = default;
  Config config_;
  std::map<std::string, std::string> annotations_;
  base::Digest manifest_digest_;
  std::vector<StoredLayer> layers_;
  std::function<std::string(const base::Digest&, std::uint64_t limit)> blob_;
};

// The image's whole file system, layers applied in order with their whiteouts.
tree::Tree file_system(const StoredImage& image);

}  // namespace debone::image
