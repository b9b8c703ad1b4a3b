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

// Says of a layout of several names that debone wrote it as a whole, and how many.
constexpr const char* whole_annotation = "debone.images";

// Whether a folder holds a layout of one name, or one as debone writes it with several, and nothing else: nobody's
// other images would be lost with it.
bool may_be_replaced(const fs::path& folder) {
  std::size_t known = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (std::ranges::find(layout_names, entry.path().filename().string()) == layout_names.end()) return false;
    ++known;
  }
  if (known != layout_names.size()) return false;
  try {
    const auto place = (folder / "index.json").string();
    const auto index = JsonObject::parse(base::read_file(place, document_limit), place);
    const auto images = index.objects("manifests").size();
    return images <= 1 || index.object("annotations").text(whole_annotation) == fmt::format("{}", images);
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

Layout::Layout(std::span<const Named> names, const AnnotationsOf& annotations_of) {
  std::vector<Descriptor> all;
  for (const auto& [reference, images] : names) {
    auto& top = all.emplace_back(add_images(images));
    top.annotations = annotations_of(reference);
    written_.push_back({reference, top.digest, top.media_type});
  }
  const std::map<std::string, std::string> several{{whole_annotation, fmt::format("{}", all.size())}};
  add_file("index.json", index_text(all, all.size() > 1 ? several : std::map<std::string, std::string>{}));
  add_file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
}

Descriptor Layout::add_images(std::span<const Image> images) {
  std::vector<Descriptor> manifests;
  for (const auto& image : images) {
    for (const auto& layer : image.layers) {
      auto& file = files_[blob_path(layer->digest)];
      file.size = layer->size;
      file.parts.assign(layer->parts.begin(), layer->parts.end());
    }
    const auto config = add_document(config_text(image), config_type);
    auto manifest = add_document(manifest_text(image, config), manifest_type);
    manifest.platform = Platform{image.config.architecture, image.config.variant};
    config_digests_.push_back(config.digest);
    manifests.push_back(std::move(manifest));
  }
  return manifests.size() == 1 ? manifests.front() : add_document(index_text(manifests, {}), index_type);
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
  if (!is_absent_or_empty(folder) && !may_be_replaced(folder)) {
    throw base::Error(base::Exit::usage, "the folder is not empty and holds no image layout of one image")
        .at(folder.string())
        .hint("name a folder that does not exist yet, or one that debone wrote");
  }
  require_writable_parent(folder);
}

std::vector<Written> write_layout(const fs::path& folder, const std::vector<Named>& names) {
  require_layout_target(folder);
  const Layout layout(names, [](const std::string& reference) {
    return reference.empty() ? std::map<std::string, std::string>{}
                             : std::map<std::string, std::string>{{ref_name_annotation, reference}};
  });
  NewFolder target(folder);
  base::make_directories(target.path() / "blobs" / "sha256");
  for (const auto& [path, file] : layout.files()) write_parts(target.path() / path, file);
  target.put_in_place();
  return layout.written();
}

}  // namespace debone::image
