// One side of `debone diff`: what there is to compare of an image, a lock or a recipe, in one form. Times are no part
// of it, nor is how layers are packed: two images that differ in nothing here run alike.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/rel_path.h"
#include "image/read.h"
#include "recipe/recipe.h"
#include "resolve/lock.h"
#include "tree/tree.h"

namespace debone::cli {

// By kind and name: {"environment", "PATH"}, {"entrypoint", ""}. What is merely there or not, such as a port, is true.
using Settings = std::map<std::pair<std::string, std::string>, nlohmann::ordered_json>;

struct SideFile {
  tree::NodeType type = tree::NodeType::file;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;  // bytes, of files
  base::Digest sha256;     // likewise
  std::string link_target;
  std::map<std::string, std::string> xattrs;
  std::string package;  // whose it is by the image's own lists, or empty
};
using SideFiles = std::map<base::RelPath, SideFile>;  // without the root directory

// What only images have.
struct SideImage {
  base::Digest digest;                // of the manifest
  std::uint64_t size = 0;             // bytes of the layers' tars
  std::uint64_t compressed_size = 0;  // bytes of the layers as stored
  SideFiles files;
};

struct Side {
  std::string what;                  // as the user typed it
  std::string kind;                  // "image", "lock", "recipe"
  resolve::Lock packages;            // their architectures alone; of an image a package's size is that of its files
  std::optional<Settings> accounts;  // of a lock; in an image they are files
  std::optional<Settings> config;    // what an image, or one of the recipe, would run
  std::optional<SideImage> image;
};

// Reads the whole image; throws Error (trust) where it is malformed.
Side side_of(const image::StoredImage& image, std::string what);
Side side_of(const resolve::Lock& lock, std::string what);
// A recipe whose packages were resolved just now, for each architecture: no account is known.
Side side_of(const recipe::Recipe& recipe, std::vector<resolve::LockedArchitecture> architectures, std::string what);
// A recipe and its lock.
Side side_of(const recipe::Recipe& recipe, const resolve::Lock& lock, std::string what);

// Leaves the packages for these architectures alone. Throws Error (usage) where there are none for one of them.
void restrict_to(Side& side, const std::vector<std::string>& architectures);

// A lock says more of packages than an image does: what only one side knows is taken away, so that it is no difference.
// Two images for different architectures are compared all the same.
void make_comparable(Side& before, Side& after);

}  // namespace debone::cli
