// sysusers.d(5): the accounts that a package declares for its services. Read as systemd-sysusers reads it for a fresh
// system, but for ids: where a line leaves the id open, systemd gives the next free one, so that another package's
// account would move it; debone takes an id that depends on the name alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::effects {

struct Sysuser {
  enum class Kind { user, group, member };
  Kind kind = Kind::user;
  std::string name;
  std::optional<std::uint32_t> id = {};   // absent: open ("-", or the owner of a path)
  std::optional<std::uint32_t> gid = {};  // of a user whose group is not its own ...
  std::string group = {};                 // ... or that group's name; of a member line the group joined
  std::string gecos = {};
  std::string home = "/";                   // systemd's defaults
  std::string shell = "/usr/sbin/nologin";  // as Debian builds systemd
};

// The lines of one file; ranges (`r`) and comments are left out. Throws Error (trust) at "PLACE:LINE" where a line is
// malformed or holds what would break passwd's lines.
std::vector<Sysuser> parse_sysusers(std::string_view text, const std::string& place);

// The id of a system account whose package leaves it open, where the table has none: a number from 300 to 899 computed
// from the name.
std::uint32_t computed_id(std::string_view name);

}  // namespace debone::effects
