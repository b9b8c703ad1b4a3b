#include "cli/listed_packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "debian/control.h"
#include "debian/package_record.h"

namespace debone::cli {
namespace {

using base::RelPath;

const RelPath status_folder = *RelPath::parse("var/lib/dpkg/status.d");
const RelPath status_file = *RelPath::parse("var/lib/dpkg/status");
const RelPath info_folder = *RelPath::parse("var/lib/dpkg/info");
constexpr std::string_view md5sums = ".md5sums";
constexpr std::string_view list = ".list";
constexpr std::size_t sum_width = 34;  // 32 hex digits and two blanks

// dpkg keeps a stanza of what was removed but for its configuration, and of what it only knows by name.
bool is_installed(std::string_view stanza) {
  const auto status = debian::Stanza::parse(stanza).find("Status");
  return !status || base::trim(*status).ends_with(" installed");
}

// dpkg's lists name paths as the packages ship them: "/lib/x" where /lib is a link to usr/lib.
RelPath through_merged_usr(const tree::Tree& tree, const RelPath& path) {
  const auto slash = path.str().find('/');
  if (slash == std::string::npos) return path;
  const auto top = *RelPath::parse(path.str().substr(0, slash));
  const auto* node = tree.find(top);
  if (node == nullptr || node->type != tree::NodeType::symlink) return path;
  const auto target = base::link_destination(top, node->link_target);
  return target ? *target / *RelPath::parse(path.str().substr(slash + 1)) : path;
}

// The files in that very folder.
template <typename Fn>
void for_each_file(const tree::Tree& tree, const RelPath& folder, const Fn& fn) {
  const auto [begin, end] = tree.below(folder);
  for (auto i = begin; i != end; ++i) {
    if (i->first.parent() == folder && i->second.type == tree::NodeType::file) fn(i->first, i->second.content.bytes());
  }
}

std::string package_of(std::string_view stanza) {
  return std::string(debian::Stanza::parse(stanza).find("Package").value_or(""));
}

}  // namespace

std::vector<ListedPackage> listed_packages(const tree::Tree& tree) {
  std::vector<ListedPackage> packages;
  const auto take = [&](std::string_view stanza) {
    if (!is_installed(stanza)) return;
    const auto record = debian::parse_package(stanza, "");
    packages.push_back({record.name, record.version.str(), record.architecture, record.installed_size});
  };
  for_each_file(tree, status_folder, [&](const RelPath& path, std::string_view bytes) {
    if (path.name().ends_with(md5sums)) return;
    base::while_doing("reading " + path.absolute(), [&] { take(bytes); });
  });
  if (const auto status = tree.read(status_file)) {
    base::while_doing("reading " + status_file.absolute(),
                      [&] { std::ranges::for_each(debian::split_stanzas(*status), take); });
  }
  std::ranges::sort(packages, {}, [](const ListedPackage& each) { return std::tie(each.name, each.architecture); });
  return packages;
}

std::map<RelPath, std::string> listed_files(const tree::Tree& tree) {
  std::map<RelPath, std::string> owners;
  const auto give = [&](std::string_view listed, const std::string& package) {
    while (listed.starts_with('/')) listed.remove_prefix(1);
    const auto path = RelPath::parse(listed);
    if (!path) return;
    auto where = through_merged_usr(tree, *path);
    const auto* node = tree.find(where);
    if (node != nullptr && node->type != tree::NodeType::directory) owners.emplace(std::move(where), package);
  };
  for_each_file(tree, status_folder, [&](const RelPath& path, std::string_view bytes) {
    if (path.name().ends_with(md5sums)) return;
    const auto package = package_of(bytes);
    owners.emplace(path, package);
    const auto sums = *RelPath::parse(path.str() + std::string(md5sums));
    const auto* node = tree.find(sums);
    if (node == nullptr || node->type != tree::NodeType::file) return;
    owners.emplace(sums, package);
    for (const auto line : base::lines(node->content.bytes())) {
      if (line.size() > sum_width) give(line.substr(sum_width), package);
    }
  });
  for_each_file(tree, info_folder, [&](const RelPath& path, std::string_view bytes) {
    const auto name = path.name();  // "libstdc++6:amd64.list", "php8.4-cli.postinst"
    const std::string package(name.substr(0, std::min(name.find(':'), name.rfind('.'))));
    owners.emplace(path, package);
    if (!name.ends_with(list)) return;
    for (const auto line : base::lines(bytes)) give(line, package);
  });
  return owners;
}

}  // namespace debone::cli
