#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "image/layout.h"
#include "image/new_folder.h"
#include "layer/tar_writer.h"

namespace debone::image {
namespace {

// A name as docker has it, taken apart: "[DOMAIN/]PATH[:TAG]".
struct DockerName {
  std::string repository;  // "php-fpm", "localhost:5000/php-fpm"
  std::string tag;         // "latest" where none is written

  std::string familiar() const { return repository + ":" + tag; }
  // With the domain that docker means where none is written.
  std::string full() const {
    const auto slash = repository.find('/');
    const auto first = repository.substr(0, slash);
    const bool has_domain =
        slash != std::string::npos && (first == "localhost" || first.find_first_of(".:") != std::string::npos);
    if (has_domain) return familiar();
    return (slash == std::string::npos ? "docker.io/library/" : "docker.io/") + familiar();
  }
};

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || base::is_digit(c); }

bool is_component(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

// https://github.com/distribution/reference: what docker accepts, a little narrower. A port may follow the domain.
bool is_repository(std::string_view text) {
  auto parts = base::split(text, '/');
  if (parts.size() > 1) {
    const auto colon = parts.front().find(':');
    if (colon != std::string_view::npos && !base::parse_decimal(parts.front().substr(colon + 1))) return false;
    parts.front() = parts.front().substr(0, colon);
  }
  return std::ranges::all_of(parts, is_component);
}

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) {
    return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= 128 && text.front() != '-' && text.front() != '.' &&
         std::ranges::all_of(text, is_word);
}

DockerName parse_name(const std::string& reference) {
  const auto slash = reference.rfind('/');
  const auto colon = reference.find(':', slash == std::string::npos ? 0 : slash);
  DockerName name{reference.substr(0, colon), colon == std::string::npos ? "latest" : reference.substr(colon + 1)};
  if (is_repository(name.repository) && is_tag(name.tag)) return name;
  throw base::Error(base::Exit::usage, fmt::format("'{}' is not an image name that docker takes", reference))
      .hint("it has lower-case letters, digits and .-_/ and may end in a tag, as in php-fpm:latest");
}

// A tar under its way to a file, entries in the order of the calls, all with the same time.
class Archive {
 public:
  Archive(const std::filesystem::path& file, std::int64_t mtime) : file_(file), mtime_(mtime) {}
  void add_folder(const std::string& name) {
    base::TarEntry entry;
    entry.type = base::TarType::directory;
    entry.name = name + "/";
    entry.mode = 0755;
    entry.mtime = mtime_;
    file_.write(layer::tar_header(entry, 0));
  }
  void add_file(const std::string& name, const LayoutFile& file) {
    base::TarEntry entry;
    entry.name = name;
    entry.mode = 0644;
    entry.mtime = mtime_;
    file_.write(layer::tar_header(entry, file.size));
    for (const auto part : file.parts) file_.write(part);
    file_.write(layer::tar_padding(file.size));
  }
  void finish() {
    file_.write(layer::tar_end());
    file_.commit();
  }

 private:
  base::AtomicFile file_;
  std::int64_t mtime_;
};

}  // namespace

void require_docker_target(const std::filesystem::path& file, const std::string& reference) {
  parse_name(reference);
  require_writable_parent(file);
}

std::vector<Written> write_docker_archive(const std::filesystem::path& file, const std::vector<Named>& names) {
  const Layout layout(names, [](const std::string& reference) {
    const auto name = parse_name(reference);
    return std::map<std::string, std::string>{{containerd_name_annotation, name.full()},
                                              {ref_name_annotation, name.tag}};
  });

  // What `docker load` reads: https://github.com/moby/moby/blob/master/image/spec/v1.2.md
  auto entries = Json::array();
  std::int64_t newest = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& image = names[i].images.at(0);
    Json entry;
    entry["Config"] = Layout::blob_path(layout.config_digests().at(i));
    entry["RepoTags"] = std::vector{parse_name(names[i].reference).familiar()};
    entry["Layers"] = Json::array();
    for (const auto& layer : image.layers) entry["Layers"].push_back(Layout::blob_path(layer->digest));
    entries.push_back(std::move(entry));
    newest = std::max(newest, image.config.created);
  }
  const auto manifest = to_text(entries);

  Archive archive(file, newest);
  archive.add_folder("blobs");
  archive.add_folder("blobs/sha256");
  for (const auto& [path, content] : layout.files()) archive.add_file(path, content);
  archive.add_file("manifest.json", {manifest.size(), {manifest}});
  archive.finish();
  return layout.written();
}

}  // namespace debone::image
