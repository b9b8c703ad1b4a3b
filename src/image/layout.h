// The files of an OCI image layout (image-layout.md), before they stand in a folder or in a tar.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/documents.h"
#include "image/image.h"

namespace debone::image {

struct LayoutFile {
  std::uint64_t size = 0;
  std::vector<std::string_view> parts;  // its bytes, in order
};

// Points into the images it was made of, which must outlive it.
class Layout {
 public:
  // index.json has a descriptor for each name, with the annotations that `annotations_of` gives it.
  using AnnotationsOf = std::function<std::map<std::string, std::string>(const std::string& reference)>;
  Layout(std::span<const Named> names, const AnnotationsOf& annotations_of);
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  // By path: "blobs/sha256/...", "index.json", "oci-layout".
  const std::map<std::string, LayoutFile>& files() const { return files_; }
  const std::vector<Written>& written() const { return written_; }                     // a name each, in their order
  const std::vector<base::Digest>& config_digests() const { return config_digests_; }  // an image each, likewise

  static std::string blob_path(const base::Digest& digest) { return "blobs/sha256/" + digest.hex(); }

 private:
  Descriptor add_images(std::span<const Image> images);
  Descriptor add_document(std::string text, std::string_view media_type);
  void add_file(const std::string& path, std::string text);

  std::deque<std::string> texts_;  // whose elements stay where they are
  std::map<std::string, LayoutFile> files_;
  std::vector<Written> written_;
  std::vector<base::Digest> config_digests_;
};

}  // namespace debone::image
