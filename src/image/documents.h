// The documents of an image as OCI's image-spec has them (config.md, manifest.md, image-index.md): made from values,
// and the config read back. The same values give the same bytes, and so the same digests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "image/json.h"

namespace debone::image {

inline constexpr std::string_view config_type = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view manifest_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view index_type = "application/vnd.oci.image.index.v1+json";

inline constexpr const char* ref_name_annotation = "org.opencontainers.image.ref.name";
inline constexpr const char* containerd_name_annotation = "io.containerd.image.name";

// https://github.com/opencontainers/image-spec/blob/main/descriptor.md
struct Descriptor {
  std::string media_type;
  base::Digest digest;
  std::uint64_t size = 0;
  std::optional<Platform> platform;
  std::map<std::string, std::string> annotations;
};

// The config's text. Annotations become labels, but for those that Config::labels sets itself.
std::string config_text(const Image& image);
// The manifest's text, over the config's descriptor.
std::string manifest_text(const Image& image, const Descriptor& config);
std::string index_text(const std::vector<Descriptor>& manifests, const std::map<std::string, std::string>& annotations);

// What a config document says; `diff_ids` of its layers in order. Throws Error (trust) where it is malformed.
struct ConfigDocument {
  Config config;
  std::string os;
  std::vector<base::Digest> diff_ids;
};
ConfigDocument read_config(const JsonObject& document);

}  // namespace debone::image
