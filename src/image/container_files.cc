#include "image/container_files.h"

#include <fmt/format.h>

#include <utility>

#include "base/compression.h"
#include "base/error.h"
#include "base/file.h"
#include "base/rel_path.h"
#include "base/tar_reader.h"
#include "image/read.h"

namespace debone::image {
namespace {

namespace fs = std::filesystem;

base::Error too_large(const std::string& name, std::uint64_t limit) {
  return {base::Exit::trust, fmt::format("'{}' is larger than the {} bytes allowed", name, limit)};
}

class Folder : public ContainerFiles {
 public:
  explicit Folder(fs::path root) : root_(std::move(root)) {}
  std::optional<std::string> read(const std::string& name, std::uint64_t limit) const override {
    const auto relative = base::RelPath::parse(name);
    std::error_code error;
    if (!relative || !fs::is_regular_file(root_ / relative->str(), error)) return std::nullopt;
    const auto size = fs::file_size(root_ / relative->str(), error);
    if (!error && size > limit) throw too_large(name, limit).at(root_.string());
    return base::read_file(root_ / relative->str(), limit);
  }

 private:
  fs::path root_;
};

// Names and contents of a tar's files; docker's old archives have links among them, for layers that stand twice.
class Archive : public ContainerFiles {
 public:
  Archive(std::string bytes, const fs::path& path) : bytes_(std::move(bytes)), place_(path.string()) {
    for (auto& entry : base::read_tar(bytes_)) {
      const auto name = base::RelPath::parse(entry.name);
      if (!name) {
        throw base::Error(base::Exit::trust, fmt::format("the archive's entry '{}' leads out of it", entry.name))
            .at(place_);
      }
      if (entry.type == base::TarType::file) {
        files_[*name] = entry.content;
      } else if (entry.type == base::TarType::symlink || entry.type == base::TarType::hard_link) {
        const auto target = entry.type == base::TarType::symlink ? base::link_destination(*name, entry.link_target)
                                                                 : base::RelPath::parse(entry.link_target);
        if (target) links_[*name] = *target;
      }
    }
  }

  std::optional<std::string> read(const std::string& name, std::uint64_t limit) const override {
    constexpr int most_links = 10;
    auto path = base::RelPath::parse(name);
    for (int i = 0; path && i < most_links; ++i) {
      if (const auto file = files_.find(*path); file != files_.end()) {
        if (file->second.size() > limit) throw too_large(name, limit).at(place_);
        return std::string(file->second);
      }
      const auto link = links_.find(*path);
      if (link == links_.end()) break;
      path = link->second;
    }
    return std::nullopt;
  }

 private:
  std::string bytes_;
  std::string place_;
  std::map<base::RelPath, std::string_view> files_;  // contents point into bytes_
  std::map<base::RelPath, base::RelPath> links_;
};

}  // namespace

std::shared_ptr<const ContainerFiles> open_container(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::make_shared<Folder>(path);
  auto bytes = base::read_file(path, layer_limit);
  try {
    // Tar has no magic number at its start, but no image's tar begins with a name like these either.
    const auto compression = base::compression_of_bytes(bytes);
    if (compression != base::Compression::none) bytes = base::decompress(bytes, compression, layer_limit);
    return std::make_shared<Archive>(std::move(bytes), path);
  } catch (base::Error& failure) {
    failure.place_if_none(path.string());
    throw;
  }
}

}  // namespace debone::image
