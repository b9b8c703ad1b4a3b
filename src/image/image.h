// An image as values: what OCI's config and manifest say, and its layers. Written as an OCI layout, a docker
// archive or a plain directory; read back from a layout (folder or tar) or a docker archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "layer/layer.h"
#include "tree/tree.h"

namespace debone::image {

// The label of an image that holds tools for debugging on purpose: "debug". `debone check` then takes them as meant.
inline constexpr const char* variant_label = "debone.variant";

// The label of the finishers that the scripts of an image's packages ask for: whoever extends it runs them again over
// the whole, without those scripts.
inline constexpr const char* finishers_label = "debone.finishers";

// https://github.com/opencontainers/image-spec/blob/main/config.md
struct Config {
  std::string architecture;  // Go's name: "amd64", "arm64"
  std::string variant;       // "v7", "v8" or empty
  std::int64_t created = 0;  // seconds since 1970 UTC
  std::string user;
  std::map<std::string, std::string> environment;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::string work_dir;
  std::string stop_signal;
  std::vector<std::string> ports;  // "9000/tcp"
  std::vector<std::string> volumes;
  std::map<std::string, std::string> labels;  // written beside the annotations, which become labels too
};

struct Image {
  Config config;
  std::vector<std::shared_ptr<const layer::Layer>> layers;  // which several images may share
  std::map<std::string, std::string> annotations;           // of the manifest, and labels of the config
};

// OCI's platform for a Debian architecture: "armhf" is arm/v7. Throws Error (usage) for one that OCI has no name for.
struct Platform {
  std::string architecture;
  std::string variant;
};
Platform platform_of(const std::string& debian_architecture);
// The other way: "armhf" for arm/v7. Nothing where Debian has none.
std::optional<std::string> debian_architecture_of(const Platform& platform);
// The platform of the machine that debone runs on.
Platform machine_platform();

// What goes by one name: an image, or one for each architecture.
struct Named {
  std::string reference;  // "latest"; of a docker archive "php-fpm:latest"
  std::vector<Image> images;
};

// What the writers answer: the digest of the index or, for one image, of its manifest.
struct Written {
  std::string reference;
  base::Digest digest;
  std::string media_type;
};

// An OCI image layout directory whose index.json names each reference (org.opencontainers.image.ref.name). Several
// images of a name make an image index. An existing layout of debone's is replaced as a whole; any other non-empty
// folder is refused (usage).
std::vector<Written> write_layout(const std::filesystem::path& folder, const std::vector<Named>& names);

// The refusals of the three writers that need no image to be known, so that they are told before one is built. Throw
// Error as the writers do, also where the file system lets nothing be made at the place.
void require_layout_target(const std::filesystem::path& folder);
void require_docker_target(const std::filesystem::path& file, const std::string& reference);
void require_rootfs_target(const std::filesystem::path& folder);

// Images as `docker load` takes them (manifest.json and an OCI index side by side), one of each name, tagged with it.
std::vector<Written> write_docker_archive(const std::filesystem::path& file, const std::vector<Named>& names);

// The tree as plain files. As root all of it is set; otherwise what cannot be set (owners, capabilities) is returned as
// lines for a warning.
std::vector<std::string> write_rootfs(const std::filesystem::path& folder, const tree::Tree& tree);

}  // namespace debone::image
