#include "init/accounts.h"

#include <algorithm>
#include <array>
#include <optional>

#include "init/failure.h"
#include "init/file.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::size_t largest_file = std::size_t{16} << 20U;
constexpr std::uint64_t largest_id = 0xfffffffe;

// The lines of a colon-separated file with at least `fields` fields, until `found` says that it has what it wants.
template <typename Found>
void each_line(std::string_view text, std::size_t fields, Found found) {
  for (const auto line : split(text, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() >= fields && found(parts)) return;
  }
}

std::string file_or_nothing(const std::string& path) { return exists(path) ? read_file(path, largest_file) : ""; }

}  // namespace

AccountFiles AccountFiles::read(const std::string& folder) {
  return {file_or_nothing(folder + "/passwd"), file_or_nothing(folder + "/group")};
}

gid_t group_of(std::string_view group, const AccountFiles& files) {
  if (const auto number = number_of(group, largest_id)) return static_cast<gid_t>(*number);
  std::optional<std::uint64_t> gid;
  each_line(files.group, 3, [&](const auto& parts) {
    if (parts[0] == group) gid = number_of(parts[2], largest_id);
    return gid.has_value();
  });
  if (!gid) throw Failure{cat("no group '", group, "' in /etc/group")};
  return static_cast<gid_t>(*gid);
}

Account account_of(std::string_view owner, const AccountFiles& files) {
  const auto colon = owner.find(':');
  const auto user = owner.substr(0, colon);
  const auto number = number_of(user, largest_id);
  Account account;
  std::string name;
  each_line(files.passwd, 6, [&](const auto& parts) {
    const auto uid = number_of(parts[2], largest_id);
    const auto gid = number_of(parts[3], largest_id);
    if (!uid || !gid || (number ? *uid != *number : parts[0] != user)) return false;
    account = {static_cast<uid_t>(*uid), static_cast<gid_t>(*gid), std::string(parts[5]), {}};
    name = parts[0];
    return true;
  });
  if (name.empty()) {
    if (!number) throw Failure{cat("no user '", user, "' in /etc/passwd")};
    if (colon == std::string_view::npos) {
      throw Failure{cat("no user ", user, " in /etc/passwd, and no group is given: ", user, ":GROUP")};
    }
    account.uid = static_cast<uid_t>(*number);
  }
  if (colon != std::string_view::npos) account.gid = group_of(owner.substr(colon + 1), files);
  if (name.empty()) return account;
  each_line(files.group, 4, [&](const auto& parts) {
    const auto gid = number_of(parts[2], largest_id);
    const auto members = split(parts[3], ',');
    if (gid && std::ranges::count(members, name) > 0) account.groups.push_back(static_cast<gid_t>(*gid));
    return false;
  });
  return account;
}

}  // namespace debone::init
