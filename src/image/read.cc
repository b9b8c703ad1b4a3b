#include "image/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/compression.h"
#include "base/error.h"
#include "base/text.h"
#include "image/container_files.h"
#include "image/find_images.h"

namespace debone::image {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

std::string platform_text(const Candidate& candidate) {
  const auto& [architecture, variant] = candidate.platform;
  return (candidate.os == "linux" || candidate.os.empty() ? "" : candidate.os + "/") + architecture +
         (variant.empty() ? "" : "/" + variant);
}

std::string list(const std::set<std::string>& items) {
  return base::join(std::vector<std::string>(items.begin(), items.end()), ", ");
}

// "php-fpm:latest" names "docker.io/library/php-fpm:latest" too.
bool has_name(const Candidate& candidate, const std::string& name) {
  return std::ranges::any_of(candidate.names,
                             [&](const std::string& full) { return full == name || full.ends_with("/" + name); });
}

bool fits(const Candidate& candidate, const std::string& architecture) {
  return platform_text(candidate) == architecture ||
         ((candidate.os == "linux" || candidate.os.empty()) && candidate.platform.architecture == architecture);
}

Candidate choose(std::vector<Candidate> candidates, const std::string& name, const std::string& architecture,
                 const std::string& place) {
  std::set<std::string> names;
  std::set<std::string> platforms;
  for (const auto& candidate : candidates) names.insert(candidate.names.begin(), candidate.names.end());
  if (!name.empty()) {
    std::erase_if(candidates, [&](const Candidate& candidate) { return !has_name(candidate, name); });
    if (candidates.empty()) {
      throw Error(Exit::usage, fmt::format("no image here is called '{}'", name))
          .at(place)
          .hint(names.empty() ? "its images have no names" : fmt::format("it holds {}", list(names)));
    }
  }
  if (candidates.empty()) throw Error(Exit::usage, "it holds no image").at(place);

  for (const auto& candidate : candidates) platforms.insert(platform_text(candidate));
  if (!architecture.empty() || platforms.size() > 1) {
    const auto wanted = architecture.empty() ? machine_platform().architecture : architecture;
    std::erase_if(candidates, [&](const Candidate& candidate) { return !fits(candidate, wanted); });
    if (candidates.empty()) {
      throw Error(Exit::usage, fmt::format("it holds no image for {}", wanted))
          .at(place)
          .hint(fmt::format("it holds {}", list(platforms)));
    }
  }
  // Of one architecture's variants the newest: "v7" before "v5".
  auto newest = std::ranges::max(candidates, {}, [](const Candidate& each) { return each.platform.variant; });
  std::erase_if(candidates, [&](const Candidate& each) { return each.platform.variant != newest.platform.variant; });
  // Of a recipe's variants, the one that docker takes where no tag is named.
  const auto is_latest = [](const Candidate& each) { return each.names.contains("latest"); };
  if (name.empty() && std::ranges::count_if(candidates, is_latest) == 1) {
    return *std::ranges::find_if(candidates, is_latest);
  }
  if (candidates.size() > 1) {
    throw Error(Exit::usage, fmt::format("it holds several images for {}", platform_text(newest)))
        .at(place)
        .hint(fmt::format("name one as PATH:NAME; it holds {}", list(names)));
  }
  return newest;
}

// A path, and the name after the first colon that follows an existing path.
std::pair<fs::path, std::string> split_name(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return {path, ""};
  const auto text = path.string();
  for (auto colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    if (fs::exists(text.substr(0, colon), error)) return {text.substr(0, colon), text.substr(colon + 1)};
  }
  throw Error(Exit::usage, "no such file or folder").at(text).hint("name an image's folder or archive");
}

base::Compression compression_of_type(std::string_view media_type) {
  if (media_type.ends_with("gzip")) return base::Compression::gzip;
  if (media_type.ends_with("zstd")) return base::Compression::zstd;
  return base::Compression::none;
}

}  // namespace

StoredImage StoredImage::open(const fs::path& path, const std::string& architecture) {
  const auto [file, name] = split_name(path);
  const auto place = file.string();
  auto parts = choose(find_images(open_container(file), place), name, architecture, place).read();
  StoredImage image;
  image.place_ = place;
  image.config_ = std::move(parts.config.config);
  image.annotations_ = std::move(parts.annotations);
  image.manifest_digest_ = parts.manifest_digest;
  image.layers_ = std::move(parts.layers);
  image.blob_ = std::move(parts.blob);
  return image;
}

std::string StoredImage::layer_tar(std::size_t i) const { return decompressed(layers_.at(i), blob_(layers_.at(i))); }

layer::Layer StoredImage::layer(std::size_t i) const {
  const auto& stored = layers_.at(i);
  layer::Layer layer;
  layer.diff_id = stored.diff_id;
  layer.digest = stored.digest;
  layer.size = stored.size;
  layer.media_type = stored.media_type;
  layer.parts.push_back(blob_(stored));
  layer.uncompressed_size = decompressed(stored, layer.parts.front()).size();
  return layer;
}

std::string StoredImage::decompressed(const StoredLayer& layer, std::string bytes) const {
  try {
    const auto compression = compression_of_type(layer.media_type);
    if (compression != base::Compression::none) bytes = base::decompress(bytes, compression, layer_limit);
  } catch (Error& error) {
    error.place_if_none(fmt::format("{}: {}", place_, layer.digest.oci()));
    throw;
  }
  if (const auto real = base::Digest::of(bytes); real != layer.diff_id) {
    throw Error(Exit::trust, fmt::format("layer {} decompresses to the digest {}, the config says {}",
                                         layer.digest.oci(), real.oci(), layer.diff_id.oci()))
        .at(place_);
  }
  return bytes;
}

}  // namespace debone::image
