#include "effects/debug_tools.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "effects/context.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_applets = 1000;
constexpr std::size_t longest_applet = 40;
// bookworm's is in /bin.
constexpr std::array programs{"usr/bin/busybox"sv, "bin/busybox"sv};

bool is_applet(std::string_view name) {
  const auto is_word = [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' ||
           c == '[';
  };
  return name.size() <= longest_applet && name.front() != '.' && std::ranges::all_of(name, is_word);
}

std::string_view name_of(const base::TarEntry& entry) {
  std::string_view name = entry.name;
  if (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

tree::Node file_of(const package::Deb& deb, const base::TarEntry& entry) {
  tree::Node node;
  node.type = tree::NodeType::file;
  node.mode = entry.mode & 0777U;
  node.mtime = entry.mtime;
  node.origin = "package:" + deb.record.name;
  node.content = tree::Content(deb.data, entry.content);
  return node;
}

// Names in their order, each ended by a NUL, as far as they go.
std::vector<std::string> names_at(std::string_view text) {
  std::vector<std::string> names;
  while (names.size() < most_applets) {
    const auto end = text.find('\0');
    if (end == std::string_view::npos || end == 0) break;
    const auto name = text.substr(0, end);
    if (!is_applet(name) || (!names.empty() && name <= names.back())) break;
    names.emplace_back(name);
    text.remove_prefix(end + 1);
  }
  return names;
}

}  // namespace

std::vector<std::string> applets_of(std::string_view program) {
  constexpr auto first = "[\0[[\0"sv;
  std::vector<std::string> longest;
  for (auto begin = program.find(first); begin != std::string_view::npos; begin = program.find(first, begin + 1)) {
    auto applets = names_at(program.substr(begin));
    if (applets.size() > longest.size()) longest = std::move(applets);
  }
  return longest;
}

tree::Tree debug_tools(const package::Deb& busybox, const tree::Tree& image, std::int64_t created,
                       base::Events& events) {
  tree::Tree tools;
  const auto& package = busybox.record.name;
  const auto copyright = "usr/share/doc/" + package + "/copyright";
  std::vector<std::string> applets;
  for (const auto& entry : busybox.entries) {
    if (entry.type != base::TarType::file) continue;
    const auto name = name_of(entry);
    if (std::ranges::find(programs, name) != programs.end()) {
      applets = applets_of(entry.content);
      tools.put(at("busybox/busybox"), file_of(busybox, entry));
    } else if (name == copyright) {
      tools.put(at(copyright), file_of(busybox, entry));
    }
  }
  if (applets.empty()) {
    throw base::Error(base::Exit::trust, "it has no busybox that names its applets").at(busybox.record.id());
  }
  for (const auto& applet : applets) {
    if (applet != "busybox") tools.put_symlink(at("busybox/" + applet), "busybox", created, "package:" + package);
  }
  const std::vector debs{busybox};
  const Input input{&debs, nullptr, {}, created, nullptr, {}};
  Context context{tools, input, events, "effect:dpkg-status"};
  dpkg_status(context);
  std::vector<base::RelPath> directories;
  for (const auto& [path, node] : tools.nodes()) {
    if (node.type == tree::NodeType::directory) directories.push_back(path);
  }
  for (const auto& path : directories) {
    const auto* there = image.find(path);
    if (there == nullptr || there->type != tree::NodeType::directory) continue;
    auto& directory = tools.at(path);
    directory.mode = there->mode;
    directory.uid = there->uid;
    directory.gid = there->gid;
    directory.mtime = there->mtime;
    directory.xattrs = there->xattrs;
  }
  return tools;
}

}  // namespace debone::effects
