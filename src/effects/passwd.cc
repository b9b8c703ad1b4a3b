#include "effects/passwd.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace debone::effects {
namespace {

using base::Error;
using base::Exit;

// The highest is (uid_t) -1, which chown(2) takes for "leave it".
constexpr std::uint64_t highest_id = std::numeric_limits<std::uint32_t>::max() - 1;

std::uint32_t read_id(std::string_view text, std::string_view line, const std::string& place) {
  const auto id = base::parse_decimal(text);
  if (!id || *id > highest_id)
    throw Error(Exit::trust, fmt::format("malformed account line '{}'", base::printable(line))).at(place);
  return static_cast<std::uint32_t>(*id);
}

std::vector<std::string_view> read_fields(std::string_view line, std::size_t count, const std::string& place) {
  auto fields = base::split(line, ':');
  if (fields.size() != count || fields.front().empty())
    throw Error(Exit::trust, fmt::format("malformed account line '{}'", base::printable(line))).at(place);
  return fields;
}

template <typename Entries, typename Projection>
auto* find_in(Entries& entries, const Projection& matches) {
  const auto found = std::ranges::find_if(entries, matches);
  return found == entries.end() ? nullptr : &*found;
}

// `kind` is "user" or "group", `key` "uid" or "gid".
Error clash(std::string_view kind, std::string_view key, const std::string& name, std::uint32_t id,
            const std::string& source, const std::string& other, std::uint32_t other_id,
            const std::string& other_source, const std::string& place) {
  if (name == other) {
    return Error(Exit::usage, fmt::format("{} '{}' of {} has {} {}, but {} gives it {} {}", kind, name, source, key, id,
                                          other_source, key, other_id))
        .at(place)
        .hint(fmt::format("name it with {} {}, or choose another name", key, other_id));
  }
  return Error(Exit::usage, fmt::format("{} '{}' of {} has {} {}, which belongs to '{}' of {}", kind, name, source, key,
                                        id, other, other_source))
      .at(place)
      .hint(fmt::format("state another {} for '{}' under accounts", key, name));
}

}  // namespace

void Accounts::read_passwd(std::string_view text, const std::string& source, const std::string& place) {
  for (const auto line : base::lines(text)) {
    if (line.empty()) continue;
    const auto fields = read_fields(line, 7, place);
    recipe::User user;
    user.name = fields[0];
    user.uid = read_id(fields[2], line, place);
    user.gid = read_id(fields[3], line, place);
    user.gecos = fields[4];
    user.home = fields[5];
    user.shell = fields[6];
    add_user(user, source, place);
  }
  users_read_ = users_.size();
}

void Accounts::read_group(std::string_view text, const std::string& source, const std::string& place) {
  for (const auto line : base::lines(text)) {
    if (line.empty()) continue;
    const auto fields = read_fields(line, 4, place);
    recipe::Group group;
    group.name = fields[0];
    group.gid = read_id(fields[2], line, place);
    for (const auto member : base::split(fields[3], ','))
      if (!member.empty()) group.members.emplace_back(member);
    add_group(group, source, place);
  }
  groups_read_ = groups_.size();
}

const Accounts::UserEntry* Accounts::find_user(std::string_view name) const {
  return find_in(users_, [&](const auto& entry) { return entry.user.name == name; });
}
const Accounts::GroupEntry* Accounts::find_group(std::string_view name) const {
  return find_in(groups_, [&](const auto& entry) { return entry.group.name == name; });
}
const Accounts::UserEntry* Accounts::find_uid(std::uint32_t uid) const {
  return find_in(users_, [&](const auto& entry) { return entry.user.uid == uid; });
}
const Accounts::GroupEntry* Accounts::find_gid(std::uint32_t gid) const {
  return find_in(groups_, [&](const auto& entry) { return entry.group.gid == gid; });
}

std::vector<std::string> Accounts::user_names() const {
  std::vector<std::string> names;
  names.reserve(users_.size());
  for (const auto& entry : users_) names.push_back(entry.user.name);
  return names;
}

void Accounts::add_user(const recipe::User& user, const std::string& source, const std::string& place) {
  for (auto& [standing, standing_source] : users_) {
    if (standing.name != user.name && standing.uid != user.uid) continue;
    if (standing.name != user.name || standing.uid != user.uid)
      throw clash("user", "uid", user.name, user.uid, source, standing.name, standing.uid, standing_source, place);
    standing = user;
    return;
  }
  users_.push_back({user, source});
}

void Accounts::add_group(const recipe::Group& group, const std::string& source, const std::string& place) {
  for (auto& [standing, standing_source] : groups_) {
    if (standing.name != group.name && standing.gid != group.gid) continue;
    if (standing.name != group.name || standing.gid != group.gid)
      throw clash("group", "gid", group.name, group.gid, source, standing.name, standing.gid, standing_source, place);
    for (const auto& member : group.members)
      if (std::ranges::find(standing.members, member) == standing.members.end()) standing.members.push_back(member);
    return;
  }
  groups_.push_back({group, source});
}

std::string Accounts::passwd() const {
  auto users = users_;
  std::ranges::sort(users.begin() + static_cast<std::ptrdiff_t>(users_read_), users.end(), {},
                    [](const auto& entry) { return entry.user.uid; });
  std::string text;
  for (const auto& [user, source] : users)
    text += fmt::format("{}:*:{}:{}:{}:{}:{}\n", user.name, user.uid, user.gid, user.gecos, user.home, user.shell);
  return text;
}

std::string Accounts::group() const {
  auto groups = groups_;
  std::ranges::sort(groups.begin() + static_cast<std::ptrdiff_t>(groups_read_), groups.end(), {},
                    [](const auto& entry) { return entry.group.gid; });
  std::string text;
  for (const auto& [group, source] : groups)
    text += fmt::format("{}:*:{}:{}\n", group.name, group.gid, base::join(group.members, ","));
  return text;
}

}  // namespace debone::effects
