#include "layer/emission.h"

#include <map>
#include <string>
#include <tuple>

namespace debone::layer {
namespace {

using Place = std::tuple<int, std::string>;

Place place_of(const tree::Node& node) {
  if (node.type == tree::NodeType::directory) return {0, ""};
  if (node.origin.starts_with("package:")) return {1, node.origin};
  if (node.origin.starts_with("effect:")) return {2, node.origin};
  return {3, node.origin};
}

base::TarEntry entry_of(const base::RelPath& path, const tree::Node& node) {
  base::TarEntry entry;
  entry.name = path.str();
  entry.mode = node.mode;
  entry.uid = node.uid;
  entry.gid = node.gid;
  entry.mtime = node.mtime;
  entry.xattrs = node.xattrs;
  switch (node.type) {
    case tree::NodeType::directory:
      entry.type = base::TarType::directory;
      entry.name = path.is_root() ? "./" : path.str() + "/";
      break;
    case tree::NodeType::symlink:
      entry.type = base::TarType::symlink;
      entry.mode = 0777;  // a link has no mode of its own
      entry.link_target = node.link_target;
      break;
    case tree::NodeType::file:
      entry.type = base::TarType::file;
      entry.content = node.content.bytes();
      break;
  }
  return entry;
}

}  // namespace

std::vector<Segment> emission(const tree::Tree& tree) {
  std::map<Place, std::vector<const tree::Tree::Nodes::value_type*>> by_place;
  for (const auto& item : tree.nodes()) by_place[place_of(item.second)].push_back(&item);

  std::vector<Segment> segments;
  std::map<std::uint64_t, std::string> first_of_group;
  for (const auto& [place, items] : by_place) {
    auto& segment = segments.emplace_back();
    for (const auto* item : items) {
      const auto& [path, node] = *item;
      auto& entry = segment.emplace_back(entry_of(path, node));
      if (node.hard_link_group == 0 || node.type != tree::NodeType::file) continue;
      const auto [first, is_first] = first_of_group.emplace(node.hard_link_group, entry.name);
      if (is_first) continue;
      entry.type = base::TarType::hard_link;
      entry.link_target = first->second;
      entry.content = {};
      entry.xattrs.clear();  // they are the inode's, which stands already
    }
  }
  return segments;
}

}  // namespace debone::layer
