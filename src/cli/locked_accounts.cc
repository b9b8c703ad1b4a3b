#include "cli/locked_accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace debone::cli {
namespace {

// passwd(5), group(5): the name first, the number third. The effects have made both, so that a line is well formed.
std::vector<resolve::LockedAccount> read(const tree::Tree& tree, std::string_view path) {
  std::vector<resolve::LockedAccount> accounts;
  const auto text = tree.read(*base::RelPath::parse(path));
  for (const auto line : base::lines(text.value_or(""))) {
    const auto fields = base::split(line, ':');
    const auto id = fields.size() < 3 ? std::nullopt : base::parse_decimal(fields[2]);
    if (id) accounts.push_back({std::string(fields[0]), static_cast<std::uint32_t>(*id), {}});
  }
  std::ranges::sort(accounts, {}, [](const auto& account) { return std::pair(account.id, account.name); });
  return accounts;
}

void require(const std::vector<resolve::LockedAccount>& accounts, const std::vector<resolve::LockedAccount>& locked,
             std::string_view kind, const std::string& file) {
  for (const auto& account : accounts) {
    const auto at = std::ranges::find(locked, account.name, &resolve::LockedAccount::name);
    if (at == locked.end()) {
      throw base::Error(base::Exit::usage, fmt::format("the image has a {} '{}' ({}), which is not locked", kind,
                                                       base::printable(account.name), account.id))
          .at(file)
          .hint("`debone update RECIPE` records it");
    }
    if (at->id == account.id) continue;
    throw base::Error(base::Exit::usage, fmt::format("the {} '{}' has the number {} in the image, {} here", kind,
                                                     account.name, account.id, at->id))
        .at(at->place.str())
        .hint("files in volumes belong to the number; where that is meant, `debone update RECIPE` records the new one");
  }
}

}  // namespace

Accounts accounts_of(const tree::Tree& tree) { return {read(tree, "etc/passwd"), read(tree, "etc/group")}; }

void require_locked(const Accounts& accounts, const resolve::Lock& lock) {
  require(accounts.users, lock.users, "user", lock.inputs.file);
  require(accounts.groups, lock.groups, "group", lock.inputs.file);
}

}  // namespace debone::cli
