// The accounts of an image: passwd(5) and group(5), read, added to and written. Every name and every id stands once,
// whoever brings it; a second owner of either is an error that names both, since a file's owner must mean one account.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"

namespace debone::effects {

class Accounts {
 public:
  // Who says so, for errors: "base-passwd", "package systemd", "the recipe".
  struct UserEntry {
    recipe::User user;
    std::string source;
  };
  struct GroupEntry {
    recipe::Group group;
    std::string source;
  };

  // Reads the lines of a passwd or group file; password fields are dropped. Throws Error (trust) at `place` where a
  // line is malformed.
  void read_passwd(std::string_view text, const std::string& source, const std::string& place);
  void read_group(std::string_view text, const std::string& source, const std::string& place);

  const UserEntry* find_user(std::string_view name) const;
  const GroupEntry* find_group(std::string_view name) const;
  const UserEntry* find_uid(std::uint32_t uid) const;
  const GroupEntry* find_gid(std::uint32_t gid) const;
  std::vector<std::string> user_names() const;

  // Adds an account. One of that name and id that is there is updated (a user's home, shell and comment; a group's
  // members joined). Throws Error (usage) at `place` where the name has another id or the id another name.
  void add_user(const recipe::User& user, const std::string& source, const std::string& place);
  void add_group(const recipe::Group& group, const std::string& source, const std::string& place);

  // The files: first what was read, in its order, then what was added, by id. The password field is "*": nobody logs
  // in by password, and an empty field (as some masters have for root) would let everybody in.
  std::string passwd() const;
  std::string group() const;

 private:
  std::vector<UserEntry> users_;
  std::vector<GroupEntry> groups_;
  std::size_t users_read_ = 0;
  std::size_t groups_read_ = 0;
};

}  // namespace debone::effects
