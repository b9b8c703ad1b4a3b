#include "tree/user.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace debone::tree {
namespace {

// The largest id that Linux and runc take: -1 means "leave as it is".
std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto number = base::parse_decimal(text);
  if (!number || *number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// passwd(5), group(5): lines of fields between colons; malformed ones are nobody's.
std::vector<std::vector<std::string_view>> entries(const Tree& tree, std::string_view file, std::size_t fields) {
  std::vector<std::vector<std::string_view>> found;
  const auto text = tree.read(*base::RelPath::parse(file));
  if (!text) return found;
  for (const auto line : base::lines(*text)) {
    auto parts = base::split(line, ':');
    if (parts.size() >= fields && parse_id(parts[2])) found.push_back(std::move(parts));
  }
  return found;
}

// The entry whose name, or else whose number, is `text`: a name of digits wins, as in docker.
const std::vector<std::string_view>* find(const std::vector<std::vector<std::string_view>>& among,
                                          std::string_view text) {
  for (const auto& entry : among) {
    if (entry[0] == text) return &entry;
  }
  const auto id = parse_id(text);
  for (const auto& entry : among) {
    if (id && parse_id(entry[2]) == id) return &entry;
  }
  return nullptr;
}

base::Error unknown(std::string_view what, std::string_view name, std::string_view file) {
  return base::Error(base::Exit::usage, fmt::format("the image has no {} '{}' in {}", what, name, file))
      .hint("name it by its number, as in --user 65532:65532");
}

}  // namespace

User find_user(const Tree& tree, const std::string& text) {
  const auto colon = text.find(':');
  const auto user_part = text.substr(0, colon);
  const auto group_part = colon == std::string::npos ? std::string() : text.substr(colon + 1);

  User user;
  std::string name;
  const auto users = entries(tree, "etc/passwd", 6);
  const std::string wanted = user_part.empty() ? "0" : user_part;
  if (const auto* entry = find(users, wanted)) {
    name = (*entry)[0];
    user.uid = *parse_id((*entry)[2]);
    user.gid = parse_id((*entry)[3]).value_or(0);
    if (!(*entry)[5].empty()) user.home = (*entry)[5];
  } else if (const auto id = parse_id(wanted)) {
    user.uid = *id;
  } else {
    throw unknown("user", wanted, "/etc/passwd");
  }

  const auto groups = entries(tree, "etc/group", 4);
  if (!group_part.empty()) {
    const auto* entry = find(groups, group_part);
    const auto id = entry != nullptr ? parse_id((*entry)[2]) : parse_id(group_part);
    if (!id) throw unknown("group", group_part, "/etc/group");
    user.gid = *id;
    return user;
  }
  for (const auto& group : groups) {
    const auto members = base::split(group[3], ',');
    if (!name.empty() && std::ranges::find(members, name) != members.end()) user.groups.push_back(*parse_id(group[2]));
  }
  std::ranges::sort(user.groups);
  return user;
}

bool may_execute(const Node& node, const User& user) {
  if (user.uid == 0) return (node.mode & 0111U) != 0;
  if (node.uid == user.uid) return (node.mode & 0100U) != 0;
  const bool in_group = node.gid == user.gid || std::ranges::find(user.groups, node.gid) != user.groups.end();
  return (node.mode & (in_group ? 0010U : 0001U)) != 0;
}

}  // namespace debone::tree
