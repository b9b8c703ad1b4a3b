// From a Tree to a layer: tar segments, one a package, compressed in parallel and set in a row (gzip members
// concatenate), so that the same tree gives the same bits whatever the number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tree/tree.h"

namespace debone::layer {

// https://github.com/opencontainers/image-spec/blob/main/layer.md: what pack() makes.
inline constexpr const char* gzip_layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";

struct Layer {
  base::Digest diff_id;    // of the uncompressed tar
  base::Digest digest;     // of the compressed bytes
  std::uint64_t size = 0;  // of the compressed bytes
  std::uint64_t uncompressed_size = 0;
  std::string media_type = gzip_layer_type;
  std::vector<std::string> parts;  // the compressed bytes, in order
};

// The whole tree as one gzip layer (application/vnd.oci.image.layer.v1.tar+gzip).
Layer pack(const tree::Tree& tree, unsigned jobs);

}  // namespace debone::layer
