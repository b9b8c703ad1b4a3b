#include "cli/make_lock.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "cli/add_missing.h"
#include "cli/check_lock.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

// One Release of a suite holds for all architectures.
void join(std::vector<resolve::LockedSuite>& all, const std::vector<resolve::LockedSuite>& some) {
  for (const auto& suite : some) {
    const auto at = std::ranges::find(all, suite.label, &resolve::LockedSuite::label);
    if (at == all.end()) {
      all.push_back(suite);
    } else if (at->sha256 != suite.sha256) {
      throw Error(Exit::network, fmt::format("{} got another Release while it was read", suite.label))
          .hint("the mirror is in the middle of an update: run the command again");
    }
  }
}

// A name has one number, whatever the architecture.
void join(std::vector<resolve::LockedAccount>& all, const std::vector<resolve::LockedAccount>& some,
          const std::string& architecture) {
  for (const auto& account : some) {
    const auto at = std::ranges::find(all, account.name, &resolve::LockedAccount::name);
    if (at == all.end()) {
      all.push_back(account);
    } else if (at->id != account.id) {
      throw Error(Exit::usage, fmt::format("'{}' has the number {} for {}, and {} for another architecture",
                                           account.name, account.id, architecture, at->id))
          .hint("state the account under `accounts:` in the recipe");
    }
  }
  std::ranges::sort(all, {}, [](const auto& account) { return std::pair(account.id, account.name); });
}

// What was resolved from verified Releases a moment ago needs no other proof, but for files that nobody signed.
bool is_signed(const resolve::Lock& lock) {
  return std::ranges::all_of(lock.architectures, [&](const auto& architecture) {
    return std::ranges::all_of(architecture.packages,
                               [&](const auto& package) { return lock.find_suite(package.from) != nullptr; });
  });
}

}  // namespace

resolve::Lock join_lock(const recipe::Recipe& recipe, std::vector<LockPart> parts) {
  resolve::Lock lock;
  lock.inputs = resolve::inputs_of(recipe);
  std::ranges::sort(parts, {}, [](const LockPart& part) -> const auto& { return part.packages.name; });
  for (auto& part : parts) {
    join(lock.suites, part.suites);
    add_missing(lock.waived, part.waived);
    join(lock.users, part.accounts.users, part.packages.name);
    join(lock.groups, part.accounts.groups, part.packages.name);
    lock.architectures.push_back(std::move(part.packages));
  }
  return lock;
}

bool write_lock(const resolve::Lock& lock, const std::filesystem::path& path, store::Store& store) {
  const auto text = resolve::text_of(lock);
  const bool checked = is_signed(lock);
  base::write_file_atomically(path, text);
  if (checked) remember_checked(text, store);
  return checked;
}

}  // namespace debone::cli
