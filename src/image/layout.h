// The files of an OCI image layout (image-layout.md), before they stand in a folder or in a tar.
#pragma once

#include <cstdint>
#include <deque>
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
  // index.json carries `annotations` beside its one descriptor.
  Layout(std::span<const Image> images, const std::map<std::string, std::string>& annotations);
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  // By path: "blobs/sha256/...", "index.json", "oci-layout".
  const std::map<std::string, LayoutFile>& files() const { return files_; }
  const Written& written() const { return written_; }
  const base::Digest& config_digest() const { return config_digest_; }  // of the last image

  static std::string blob_path(const base::Digest& digest) { return "blobs/sha256/" + digest.hex(); }

 private:
  Descriptor add_document(std::string text, std::string_view media_type);
  void add_file(const std::string& path, std::string text);

  std::deque<std::string> texts_;  // whose elements stay where they are
  std::map<std::string, LayoutFile> files_;
  Written written_;
  base::Digest config_digest_;
};

}  // namespace debone::image
