// Users and groups by name or number, from /etc/passwd and /etc/group as files: no library of the image is asked.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace debone::init {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home;           // empty where the user has no entry
  std::vector<gid_t> groups;  // supplementary
};

// The texts of passwd(5) and group(5); empty where the image has none.
struct AccountFiles {
  std::string passwd;
  std::string group;
  static AccountFiles read(const std::string& folder = "/etc");
};

// USER or USER:GROUP, each a name or a number. A number without an entry needs its group. Throws Failure.
Account account_of(std::string_view owner, const AccountFiles& files);

gid_t group_of(std::string_view group, const AccountFiles& files);

}  // namespace debone::init
