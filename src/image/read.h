// Any image on disk, read back: an OCI layout (folder or tar) or a docker archive, ours or another tool's. All of it
// is hostile: digests are verified, sizes bounded, paths kept below the root.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"

namespace debone::image {

// A layer, stored or decompressed, is not larger.
inline constexpr std::uint64_t layer_limit = std::uint64_t{8} << 30U;

struct StoredLayer {
  base::Digest digest;  // of the blob as stored
  std::uint64_t size = 0;
  std::string media_type;  // of docker's archives, which name none: by its first bytes
  base::Digest diff_id;    // of the uncompressed tar
};

class StoredImage {
 public:
  // Opens the image at `path`; of several, the one for `architecture` (Go's name, or with a variant "arm/v7"; empty:
  // the only one, or this machine's). "PATH:NAME" opens the one that is called NAME there. Throws Error: usage where it
  // is no image or has none for that architecture, trust where a digest does not fit or a document is malformed.
  static StoredImage open(const std::filesystem::path& path, const std::string& architecture);

  const Config& config() const { return config_; }
  const std::map<std::string, std::string>& annotations() const { return annotations_; }
  // Of an old docker archive, which has no manifest: of its config, docker's image id.
  const base::Digest& manifest_digest() const { return manifest_digest_; }
  const std::vector<StoredLayer>& layers() const { return layers_; }
  // The layer's tar, decompressed, verified against its digest before and its diff_id after.
  std::string layer_tar(std::size_t i) const;
  // The layer with its bytes as they are stored, verified likewise: to begin another image with it.
  layer::Layer layer(std::size_t i) const;

 private:
  StoredImage() = default;
  std::string decompressed(const StoredLayer& layer, std::string bytes) const;
  std::string place_;
  Config config_;
  std::map<std::string, std::string> annotations_;
  base::Digest manifest_digest_;
  std::vector<StoredLayer> layers_;
  std::function<std::string(const StoredLayer&)> blob_;  // verified
};

// Is told each path, directories over directories aside, that stands in a layer's tar although the tree has it, with
// the origins of both ("layer:1").
using OnReplaced = std::function<void(const base::RelPath& path, const std::string& before, const std::string& after)>;

// Applies one layer's tar with its whiteouts to the tree of those below it
// (https://github.com/opencontainers/image-spec/blob/main/layer.md); the tree shares the tar. A layer's path wins over
// the one below, whatever their types. Devices and FIFOs are left out: whoever runs an image makes its /dev. Throws
// Error (trust) where the tar is malformed or an entry leads out of the image.
void add_layer(tree::Tree& tree, const std::shared_ptr<const std::string>& tar, const std::string& origin,
               const OnReplaced& on_replaced = {});

// The image's whole file system, its layers added in order. Throws as add_layer does, and says which layer it is.
// `on_layer` is told the size of each layer's tar.
tree::Tree file_system(const StoredImage& image, const std::function<void(std::uint64_t tar_size)>& on_layer = {},
                       const OnReplaced& on_replaced = {});

}  // namespace debone::image
