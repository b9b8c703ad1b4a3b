#include "tree/hard_links.h"

#include <map>

namespace debone::tree {

void follow_hard_links(Tree& tree, const std::vector<base::RelPath>& changed) {
  std::map<std::uint64_t, const Node*> groups;
  for (const auto& path : changed) {
    const auto& node = tree.at(path);
    if (node.hard_link_group != 0) groups.insert_or_assign(node.hard_link_group, &node);
  }
  if (groups.empty()) return;
  for (const auto& [path, node] : tree.nodes()) {
    const auto group = groups.find(node.hard_link_group);
    if (group == groups.end()) continue;
    auto& other = tree.at(path);
    other.mode = group->second->mode;
    other.uid = group->second->uid;
    other.gid = group->second->gid;
  }
}

}  // namespace debone::tree
