#include "cli/side.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/image_config.h"
#include "cli/listed_packages.h"
#include "recipe/init_block.h"

namespace debone::cli {
namespace {

using base::RelPath;
using resolve::LockedState;

Settings settings_of(const image::Config& config, const std::map<std::string, std::string>& annotations) {
  Settings settings;
  const auto set = [&](std::string kind, const nlohmann::ordered_json& value, std::string name = "") {
    if (!value.empty() && value != nlohmann::ordered_json(std::string()))
      settings[{std::move(kind), std::move(name)}] = value;
  };
  set("architecture", config.architecture + (config.variant.empty() ? "" : "/" + config.variant));
  set("user", config.user.empty() ? "root" : config.user);
  set("entrypoint", config.entrypoint);
  set("cmd", config.cmd);
  set("work-dir", config.work_dir.empty() ? "/" : config.work_dir);
  set("stop-signal", config.stop_signal);
  for (const auto& port : config.ports) set("port", true, port);
  for (const auto& volume : config.volumes) set("volume", true, volume);
  for (const auto& [name, value] : config.environment) settings[{"environment", name}] = value;
  for (const auto& [name, value] : config.labels) settings[{"label", name}] = value;
  for (const auto& [name, value] : annotations) {
    // debone's annotations are labels too; once is enough.
    const auto label = config.labels.find(name);
    if (label == config.labels.end() || label->second != value) settings[{"annotation", name}] = value;
  }
  return settings;
}

SideFile file_of(const tree::Node& node) {
  SideFile file;
  file.type = node.type;
  file.mode = node.mode;
  file.uid = node.uid;
  file.gid = node.gid;
  file.xattrs = node.xattrs;
  file.link_target = node.link_target;
  if (node.type == tree::NodeType::file) {
    file.size = node.content.bytes().size();
    file.sha256 = base::Digest::of(node.content.bytes());
  }
  return file;
}

// md5sums list no links: one counts with the package of the file that it leads to.
std::string owner_of_link(const SideFiles& files, RelPath path) {
  constexpr int most_links = 8;
  for (int i = 0; i < most_links; ++i) {
    const auto found = files.find(path);
    if (found == files.end()) return "";
    if (!found->second.package.empty() || found->second.type != tree::NodeType::symlink) return found->second.package;
    const auto next = base::link_destination(path, found->second.link_target);
    if (!next) return "";
    path = *next;
  }
  return "";
}

SideFiles files_of(const tree::Tree& tree) {
  SideFiles files;
  const auto owners = listed_files(tree);
  for (const auto& [path, node] : tree.nodes()) {
    if (path.is_root()) continue;
    auto& file = files[path] = file_of(node);
    if (const auto owner = owners.find(path); owner != owners.end()) file.package = owner->second;
  }
  for (auto& [path, file] : files) {
    if (file.type == tree::NodeType::symlink && file.package.empty()) file.package = owner_of_link(files, path);
  }
  return files;
}

// Two packages of one name (Multi-Arch: same) are told apart as dpkg does it: "libc6:i386".
std::vector<resolve::LockedPackage> packages_of(const std::vector<ListedPackage>& listed, const SideFiles& files,
                                                const std::string& architecture) {
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [path, file] : files) sizes[file.package] += file.size;
  std::map<std::string, resolve::LockedPackage> packages;
  for (const auto& each : listed) {
    const bool is_foreign = each.architecture != architecture && each.architecture != "all";
    resolve::LockedPackage package;
    package.name = is_foreign ? each.name + ":" + each.architecture : each.name;
    package.version = each.version;
    package.architecture = each.architecture;
    package.size = sizes[each.name];
    packages.emplace(package.name, package);
  }
  std::vector<resolve::LockedPackage> sorted;
  for (auto& [name, package] : packages) sorted.push_back(std::move(package));
  return sorted;
}

}  // namespace

Side side_of(const image::StoredImage& image, std::string what) {
  Side side;
  side.what = std::move(what);
  side.kind = "image";
  side.config = settings_of(image.config(), image.annotations());
  SideImage contents;
  contents.digest = image.manifest_digest();
  for (const auto& layer : image.layers()) contents.compressed_size += layer.size;
  const auto tree = image::file_system(image, [&](std::uint64_t tar_size) { contents.size += tar_size; });
  const auto listed = listed_packages(tree);
  contents.files = files_of(tree);
  const image::Platform platform{image.config().architecture, image.config().variant};
  resolve::LockedArchitecture architecture;
  architecture.name = image::debian_architecture_of(platform).value_or(platform.architecture);
  architecture.packages = packages_of(listed, contents.files, architecture.name);
  side.packages.architectures.push_back(std::move(architecture));
  side.image = std::move(contents);
  return side;
}

Side side_of(const resolve::Lock& lock, std::string what) {
  Side side;
  side.what = std::move(what);
  side.kind = "lock";
  side.packages.architectures = lock.architectures;
  side.accounts.emplace();
  for (const auto& user : lock.users) (*side.accounts)[{"user", user.name}] = user.id;
  for (const auto& group : lock.groups) (*side.accounts)[{"group", group.name}] = group.id;
  return side;
}

Side side_of(const recipe::Recipe& recipe, std::vector<resolve::LockedArchitecture> architectures, std::string what) {
  Side side;
  side.what = std::move(what);
  side.kind = "recipe";
  side.packages.architectures = std::move(architectures);
  side.config = settings_of(config_of(recipe, recipe::Variant::latest, side.packages.architectures.at(0).name, 0), {});
  if (side.packages.architectures.size() > 1) side.config->erase({"architecture", ""});
  return side;
}

Side side_of(const recipe::Recipe& recipe, const resolve::Lock& lock, std::string what) {
  auto side = side_of(recipe, lock.architectures, std::move(what));
  side.accounts = side_of(lock, "").accounts;
  return side;
}

void restrict_to(Side& side, const std::vector<std::string>& architectures) {
  auto& packages = side.packages.architectures;
  for (const auto& architecture : architectures) {
    if (side.packages.find(architecture) != nullptr) continue;
    std::vector<std::string> names;
    for (const auto& each : packages) names.push_back(each.name);
    throw base::Error(base::Exit::usage, fmt::format("it has no packages for {}", architecture))
        .at(side.what)
        .hint(fmt::format("it has those for {}", base::join(names, ", ")));
  }
  std::erase_if(packages, [&](const auto& each) { return std::ranges::count(architectures, each.name) == 0; });
}

void make_comparable(Side& before, Side& after) {
  if (!before.image && !after.image) return;
  if (!before.image || !after.image) {
    // It comes with debone, and no lock knows it.
    std::erase_if((before.image ? before : after).packages.architectures.at(0).packages,
                  [](const auto& package) { return package.name == recipe::init_package; });
  }
  for (auto* side : {&before, &after}) {
    for (auto& package : side->packages.architectures.at(0).packages) {
      package.sha256 = {};
      if (package.state == LockedState::data_only) package.state = LockedState::kept;
      if (package.state == LockedState::read || package.state == LockedState::debug)
        package.state = LockedState::left_out;
    }
  }
  before.packages.architectures[0].name = after.packages.architectures[0].name;
}

}  // namespace debone::cli
