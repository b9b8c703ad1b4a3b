// The images that lie at a path, found through an OCI index (nested ones too) or through the manifest.json of a docker
// archive without one. Found is not read: other platforms' blobs may be missing, as in what docker saves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "image/container_files.h"
#include "image/documents.h"
#include "image/read.h"

namespace debone::image {

// An image's documents, verified, and the way to its layers.
struct ImageParts {
  ConfigDocument config;
  std::map<std::string, std::string> annotations;
  base::Digest manifest_digest;
  std::vector<StoredLayer> layers;
  std::function<std::string(const StoredLayer&)> blob;
};

struct Candidate {
  std::set<std::string> names;
  Platform platform;
  std::string os;
  std::function<ImageParts()> read;
};

// In their order in the index. Throws Error (usage) where it is no image at all, (trust) where a document is missing,
// malformed or does not have its digest. `place` is what errors call the image.
std::vector<Candidate> find_images(const std::shared_ptr<const ContainerFiles>& files, const std::string& place);

}  // namespace debone::image
