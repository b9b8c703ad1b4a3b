#include "image/find_images.h"

#include <fmt/format.h>

#include <utility>

#include "base/compression.h"
#include "base/error.h"
#include "image/layout.h"

namespace debone::image {
namespace {

using base::Error;
using base::Exit;

constexpr int most_nested_indexes = 4;
constexpr std::size_t most_images = 1000;
constexpr std::size_t most_layers = 1000;

using Files = std::shared_ptr<const ContainerFiles>;

std::string require(const ContainerFiles& files, const std::string& name, std::uint64_t limit,
                    const std::string& place) {
  auto bytes = files.read(name, limit);
  if (!bytes) throw Error(Exit::trust, fmt::format("'{}' is missing", name)).at(place);
  return std::move(*bytes);
}

std::string read_blob(const ContainerFiles& files, const base::Digest& digest, std::uint64_t limit,
                      const std::string& place) {
  auto bytes = files.read(Layout::blob_path(digest), limit);
  if (!bytes) throw Error(Exit::trust, fmt::format("blob {} is missing", digest.oci())).at(place);
  if (const auto real = base::Digest::of(*bytes); real != digest) {
    throw Error(Exit::trust, fmt::format("blob {} is damaged: its bytes have the digest {}", digest.oci(), real.oci()))
        .at(place);
  }
  return std::move(*bytes);
}

JsonObject read_document(const ContainerFiles& files, const base::Digest& digest, const std::string& place) {
  return JsonObject::parse(read_blob(files, digest, document_limit, place), fmt::format("{}: {}", place, digest.oci()));
}

void pair_with_diff_ids(ImageParts& parts, const std::string& place) {
  const auto& diff_ids = parts.config.diff_ids;
  if (parts.layers.size() != diff_ids.size()) {
    throw Error(Exit::trust,
                fmt::format("the config names {} layers, the manifest {}", diff_ids.size(), parts.layers.size()))
        .at(place);
  }
  if (diff_ids.size() > most_layers) {
    throw Error(Exit::trust, fmt::format("an image of more than {} layers", most_layers)).at(place);
  }
  for (std::size_t i = 0; i < diff_ids.size(); ++i) parts.layers[i].diff_id = diff_ids[i];
}

ImageParts read_manifest(const Files& files, const base::Digest& digest, const std::string& place) {
  const auto manifest = read_document(*files, digest, place);
  ImageParts parts;
  parts.manifest_digest = digest;
  parts.config = read_config(read_document(*files, manifest.object("config").digest("digest"), place));
  const auto annotations = manifest.object("annotations");
  for (const auto& key : annotations.keys()) parts.annotations[key] = annotations.text(key.c_str());
  for (const auto& layer : manifest.objects("layers")) {
    parts.layers.push_back({layer.digest("digest"), layer.number("size"), layer.text("mediaType"), {}});
  }
  pair_with_diff_ids(parts, place);
  parts.blob = [files, place](const StoredLayer& layer) {
    auto bytes = read_blob(*files, layer.digest, layer_limit, place);
    if (bytes.size() != layer.size) {
      throw Error(Exit::trust, fmt::format("layer {} has {} bytes, the manifest says {}", layer.digest.oci(),
                                           bytes.size(), layer.size))
          .at(place);
    }
    return bytes;
  };
  return parts;
}

// Follows an OCI index to the manifests it names.
class IndexWalk {
 public:
  IndexWalk(Files files, std::string place) : files_(std::move(files)), place_(std::move(place)) {}

  void walk(const JsonObject& index, const std::set<std::string>& inherited, int depth) {
    if (depth > most_nested_indexes) throw index.error("indexes are nested too deeply");
    for (const auto& descriptor : index.objects("manifests")) {
      auto names = inherited;
      const auto annotations = descriptor.object("annotations");
      for (const auto* key : {ref_name_annotation, containerd_name_annotation}) {
        if (annotations.has(key)) names.insert(annotations.text(key));
      }
      const auto type = descriptor.text("mediaType");
      const auto digest = descriptor.digest("digest");
      if (type == index_type || type == "application/vnd.docker.distribution.manifest.list.v2+json") {
        walk(read_document(*files_, digest, place_), names, depth + 1);
      } else if (type == manifest_type || type == "application/vnd.docker.distribution.manifest.v2+json") {
        add(digest, descriptor.object("platform"), std::move(names));
      }  // other things in an index are no images
    }
  }

  std::vector<Candidate> take() { return std::move(found_); }

 private:
  void add(const base::Digest& digest, const JsonObject& platform, std::set<std::string> names) {
    // One image may be named more than once.
    if (const auto known = by_digest_.find(digest); known != by_digest_.end()) {
      found_[known->second].names.merge(names);
      return;
    }
    Candidate candidate;
    candidate.names = std::move(names);
    candidate.read = [files = files_, digest, place = place_] { return read_manifest(files, digest, place); };
    if (platform.has("architecture")) {
      candidate.platform = {platform.text("architecture"), platform.text("variant")};
      candidate.os = platform.text("os");
    } else {
      const auto config = candidate.read().config;
      candidate.platform = {config.config.architecture, config.config.variant};
      candidate.os = config.os;
    }
    // buildx hides its attestations behind a platform that is none.
    if (candidate.os == "unknown") return;
    if (found_.size() == most_images) {
      throw Error(Exit::trust, fmt::format("it holds more than {} images", most_images)).at(place_);
    }
    by_digest_[digest] = found_.size();
    found_.push_back(std::move(candidate));
  }

  Files files_;
  std::string place_;
  std::map<base::Digest, std::size_t> by_digest_;
  std::vector<Candidate> found_;
};

std::string type_of_bytes(std::string_view bytes) {
  constexpr std::string_view tar = "application/vnd.oci.image.layer.v1.tar";
  switch (base::compression_of_bytes(bytes)) {
    case base::Compression::gzip: return fmt::format("{}+gzip", tar);
    case base::Compression::zstd: return fmt::format("{}+zstd", tar);
    case base::Compression::none:
    case base::Compression::xz:
    case base::Compression::bzip2: break;
  }
  return std::string(tar);
}

// One item of manifest.json, whose layers have no digest but their diff_ids.
ImageParts read_docker_item(const Files& files, const JsonObject& item, const std::string& place) {
  const auto config_name = item.text("Config");
  const auto config = require(*files, config_name, document_limit, place);
  ImageParts parts;
  parts.manifest_digest = base::Digest::of(config);
  // docker names the config by its digest: "HEX.json".
  const auto named = base::Digest::from_hex(config_name.substr(0, config_name.find('.')));
  if (named && *named != parts.manifest_digest) {
    throw Error(Exit::trust,
                fmt::format("'{}' is damaged: its bytes have the digest {}", config_name, parts.manifest_digest.oci()))
        .at(place);
  }
  parts.config = read_config(JsonObject::parse(config, fmt::format("{}: {}", place, config_name)));
  std::map<base::Digest, std::string> names;
  for (const auto& name : item.texts("Layers")) {
    const auto bytes = require(*files, name, layer_limit, place);
    const auto digest = base::Digest::of(bytes);
    names.emplace(digest, name);
    parts.layers.push_back({digest, bytes.size(), type_of_bytes(bytes), {}});
  }
  pair_with_diff_ids(parts, place);
  parts.blob = [files, place, names](const StoredLayer& layer) {
    return require(*files, names.at(layer.digest), layer_limit, place);
  };
  return parts;
}

}  // namespace

std::vector<Candidate> find_images(const Files& files, const std::string& place) {
  if (const auto index = files->read("index.json", document_limit)) {
    IndexWalk found(files, place);
    found.walk(JsonObject::parse(*index, place + ": index.json"), {}, 0);
    return found.take();
  }
  const auto list = files->read("manifest.json", document_limit);
  if (!list) {
    throw Error(Exit::usage, "this is neither an OCI image layout nor a docker archive")
        .at(place)
        .hint("`debone build`, `skopeo copy` and `docker save` write images");
  }
  std::vector<Candidate> found;
  for (const auto& item : JsonObject::parse_list(*list, place + ": manifest.json")) {
    auto parts = read_docker_item(files, item, place);
    const auto tags = item.texts("RepoTags");
    found.push_back({std::set(tags.begin(), tags.end()),
                     {parts.config.config.architecture, parts.config.config.variant},
                     parts.config.os,
                     [parts = std::move(parts)] { return parts; }});
  }
  return found;
}

}  // namespace debone::image
