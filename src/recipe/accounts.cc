#include "recipe/accounts.h"

#include <fmt/format.h>

#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::recipe {
namespace {

// An absolute path as passwd(5) can hold it.
std::string account_path(const Node& node, std::string_view key) {
  passwd_field(node, key);
  return absolute_path(node, key).absolute();
}

User user(const Node& node) {
  const Fields fields(node, "a user", {"username", "uid", "gid", "shell", "homedir", "gecos"});
  User user;
  user.name = account_name(fields.require("username"), "username");
  user.uid = id_of(fields.require("uid"), "uid");
  user.gid = user.uid;
  if (const auto* gid = fields.find("gid")) user.gid = id_of(*gid, "gid");
  if (const auto* home = fields.find("homedir")) user.home = account_path(*home, "homedir");
  if (const auto* shell = fields.find("shell")) user.shell = account_path(*shell, "shell");
  if (const auto* gecos = fields.find("gecos")) user.gecos = passwd_field(*gecos, "gecos");
  return user;
}

Group group(const Node& node) {
  const Fields fields(node, "a group", {"groupname", "gid", "members"});
  Group group;
  group.name = account_name(fields.require("groupname"), "groupname");
  group.gid = id_of(fields.require("gid"), "gid");
  if (const auto* members = fields.find("members")) {
    Unique seen("member");
    for (const auto& item : items_of(*members, "members")) {
      group.members.push_back(account_name(*item, "members"));
      seen.add(*item, group.members.back());
    }
  }
  return group;
}

std::vector<User> users(const Node& node) {
  std::vector<User> users;
  Unique names("user");
  Unique ids("uid");
  for (const auto& item : items_of(node, "users")) {
    users.push_back(user(*item));
    names.add(*item, users.back().name);
    ids.add(*item, fmt::format("{}", users.back().uid));
  }
  return users;
}

std::vector<Group> groups(const Node& node) {
  std::vector<Group> groups;
  Unique names("group");
  Unique ids("gid");
  for (const auto& item : items_of(node, "groups")) {
    groups.push_back(group(*item));
    names.add(*item, groups.back().name);
    ids.add(*item, fmt::format("{}", groups.back().gid));
  }
  return groups;
}

}  // namespace

Accounts read_accounts(const Node& node, bool run_as_allowed) {
  const Fields fields = run_as_allowed ? Fields(node, "'accounts'", {"run-as", "users", "groups"})
                                       : Fields(node, "a package's 'accounts'", {"users", "groups"});
  Accounts accounts;
  if (const auto* found = fields.find("run-as")) accounts.run_as = run_as(*found);
  if (const auto* found = fields.find("users")) accounts.users = users(*found);
  if (const auto* found = fields.find("groups")) accounts.groups = groups(*found);
  return accounts;
}

}  // namespace debone::recipe
