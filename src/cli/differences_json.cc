#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/differences_text.h"

namespace debone::cli {
namespace {

using tree::NodeType;

nlohmann::ordered_json json_of(const resolve::LockedPackage* package, bool is_lock) {
  if (package == nullptr) return nullptr;
  nlohmann::ordered_json json{{"version", base::printable(package->version)},
                              {"architecture", base::printable(package->architecture)}};
  if (is_lock) {
    json["state"] = resolve::name_of(package->state);
    json["deb_size"] = package->size;
  } else {
    json["size"] = package->size;
  }
  return json;
}

nlohmann::ordered_json json_of(const SideFile* file) {
  if (file == nullptr) return nullptr;
  nlohmann::ordered_json json;
  switch (file->type) {
    case NodeType::directory: json["type"] = "directory"; break;
    case NodeType::file: json["type"] = "file"; break;
    case NodeType::symlink: json["type"] = "symlink"; break;
  }
  json["mode"] = fmt::format("{:04o}", file->mode);
  json["uid"] = file->uid;
  json["gid"] = file->gid;
  if (file->type == NodeType::file) {
    json["size"] = file->size;
    json["sha256"] = file->sha256.hex();
  }
  if (file->type == NodeType::symlink) json["target"] = base::printable(file->link_target);
  for (const auto& [name, value] : file->xattrs) json["xattrs"][base::printable(name)] = base::to_hex(value);
  return json;
}

nlohmann::ordered_json json_of(const Side& side) {
  nlohmann::ordered_json json{{"what", base::printable(side.what)}, {"kind", side.kind}};
  if (side.image) {
    json["digest"] = side.image->digest.oci();
    json["size"] = side.image->size;
    json["compressed_size"] = side.image->compressed_size;
  }
  return json;
}

nlohmann::ordered_json json_of(const std::vector<SettingChange>& changes) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& change : changes) {
    list.push_back({{"setting", change.kind},
                    {"name", base::printable(change.name)},
                    {"before", change.before == nullptr ? nlohmann::ordered_json() : *change.before},
                    {"after", change.after == nullptr ? nlohmann::ordered_json() : *change.after}});
  }
  return list;
}

}  // namespace

nlohmann::ordered_json json_of(const Differences& found, const Side& before, const Side& after) {
  auto packages = nlohmann::ordered_json::array();
  for (const auto& change : found.packages) {
    packages.push_back({{"name", base::printable(change.package)},
                        {"architecture", base::printable(change.architecture)},
                        {"before", json_of(change.before, !before.image)},
                        {"after", json_of(change.after, !after.image)}});
  }
  nlohmann::ordered_json json{
      {"equal", found.empty()}, {"before", json_of(before)}, {"after", json_of(after)}, {"packages", packages}};
  if (before.accounts && after.accounts) json["accounts"] = json_of(found.accounts);
  if (before.config && after.config) json["config"] = json_of(found.config);
  if (before.image && after.image) {
    auto files = nlohmann::ordered_json::array();
    for (const auto& change : found.files) {
      files.push_back({{"path", base::printable(change.path.absolute())},
                       {"package", base::printable(change.either().package)},
                       {"before", json_of(change.before)},
                       {"after", json_of(change.after)}});
    }
    json["files"] = files;
  }
  return json;
}

}  // namespace debone::cli
