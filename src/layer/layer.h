// From a Tree to a layer: tar segments, one a package, compressed in parallel and set in a row (gzip members
// concatenate), so that the same tree gives the same bits whatever the number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tree/tree.h"

namespace debone::layer {

struct Layer {
  base::Digest diff_id;    // of the uncompressed tar
  base::Digest digest;     // of the compressed bytes
  std::uint64_t size = 0;  // of the compressed bytes
  std::uint64_t uncompressed_size = 0;
  std::vector<std::string> parts;  // the compressed bytes, in order
};

// The whole tree as one gzip layer (application/vnd.oci.image.layer.v1.tar+gzip).
Layer pack(const tree::Tree& tree, unsigned jobs);

}  // namespace debone::layer
