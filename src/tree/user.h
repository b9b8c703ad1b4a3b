// Who a container's process runs as: a user as image configs and docker's --user write it ("www-data", "33",
// "33:33", "www-data:adm"), looked up in the image's own /etc/passwd and /etc/group, never in the machine's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tree/tree.h"

namespace debone::tree {

struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, sorted
  std::string home = "/";
};

// Empty means root. A number needs no entry; its group is then 0, as in docker. Supplementary groups are those that
// list the user, unless a group is named. Throws Error (usage) for a name the image does not know.
User find_user(const Tree& tree, const std::string& text);

// Whether the file's permissions let the user execute it: root needs anybody's.
bool may_execute(const Node& node, const User& user);

}  // namespace debone::tree
