#include "image/layout.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "image/new_folder.h"

namespace debone::image {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> layout_names{"blobs", "index.json", "oci-layout"};

// Whether a folder holds one image's (or one image index's) layout and nothing else, as debone writes it.
bool is_single_layout(const fs::path& folder) {
  std::size_t known = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (std::ranges::find(layout_names, entry.path().filename().string()) == layout_names.end()) return false;
    ++known;
  }
  if (known != layout_names.size()) return false;
  try {
    const auto place = (folder / "index.json").string();
    return JsonObject::parse(base::read_file(place, document_limit), place).objects("manifests").size() <= 1;
  } catch (const base::Error&) {
    return false;
  }
}

void write_parts(const fs::path& path, const LayoutFile& file) {
  const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd) throw base::system_error("write", path, errno);
  for (const auto part : file.parts) base::write_all(fd.get(), part, path);
}

}  // namespace

Layout::Layout(std::span<const Image> images, const std::map<std::string, std::string>& annotations) {
  std::vector<Descriptor> manifests;
  for (const auto& image : images) {
    for (const auto& layer : image.layers) {
      auto& file = files_[blob_path(layer.digest)];
      file.size = layer.size;
      file.parts.assign(layer.parts.begin(), layer.parts.end());
    }
    const auto config = add_document(config_text(image), config_type);
    auto manifest = add_document(manifest_text(image, config), manifest_type);
    manifest.platform = Platform{image.config.architecture, image.config.variant};
    config_digest_ = config.digest;
    manifests.push_back(std::move(manifest));
  }
  auto top = manifests.size() == 1 ? manifests.front() : add_document(index_text(manifests), index_type);
  top.annotations = annotations;
  written_ = {top.digest, top.media_type};
  add_file("index.json", index_text({top}));
  add_file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
}

Descriptor Layout::add_document(std::string text, std::string_view media_type) {
  Descriptor descriptor{std::string(media_type), base::Digest::of(text), text.size(), {}, {}};
  add_file(blob_path(descriptor.digest), std::move(text));
  return descriptor;
}

void Layout::add_file(const std::string& path, std::string text) {
  texts_.push_back(std::move(text));
  files_[path] = {texts_.back().size(), {texts_.back()}};
}

void require_layout_target(const fs::path& folder) {
  if (!is_absent_or_empty(folder) && !is_single_layout(folder)) {
    throw base::Error(base::Exit::usage, "the folder is not empty and holds no image layout of one image")
        .at(folder.string())
        .hint("name a folder that does not exist yet, or one that debone wrote");
  }
  require_writable_parent(folder);
}

Written write_layout(const fs::path& folder, const std::vector<Image>& images, const std::string& reference) {
  require_layout_target(folder);
  const Layout layout(images, reference.empty() ? std::map<std::string, std::string>{}
                                                : std::map<std::string, std::string>{{ref_name_annotation, reference}});
  NewFolder target(folder);
  base::make_directories(target.path() / "blobs" / "sha256");
  for (const auto& [path, file] : layout.files()) write_parts(target.path() / path, file);
  target.put_in_place();
  return layout.written();
}

}  // namespace debone::image
