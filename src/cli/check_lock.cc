#include "cli/check_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "archive/proof.h"
#include "cli/check_choice.h"

namespace debone::cli {
namespace {

using resolve::LockedState;

constexpr std::string_view record = "lock-checked";

struct Claims {
  std::vector<archive::ReleaseClaim> releases;
  std::vector<archive::PackageClaim> packages;
  std::vector<const resolve::LockedPackage*> lines;  // of each of `packages`
};

Claims claims_of(const resolve::Lock& lock) {
  Claims claims;
  for (const auto& suite : lock.suites) {
    claims.releases.push_back(
        {suite.label, suite.origin, suite.suite, suite.codename, suite.date, suite.key, suite.sha256});
  }
  for (const auto& architecture : lock.architectures) {
    for (const auto& package : architecture.packages) {
      if (lock.find_suite(package.from) == nullptr) continue;
      archive::PackageClaim claim{package.from,    architecture.name,    package.name,
                                  package.version, package.architecture, std::nullopt};
      if (package.state != LockedState::left_out) claim.deb = {package.size, package.sha256, package.path};
      claims.packages.push_back(std::move(claim));
      claims.lines.push_back(&package);
    }
  }
  return claims;
}

std::string named(const resolve::LockedPackage& package) {
  return fmt::format("{}: {} {}", package.place.str(), package.name, package.version);
}

std::size_t proven(const std::vector<std::optional<archive::Doubt>>& doubts) {
  return static_cast<std::size_t>(std::ranges::count_if(doubts, [](const auto& doubt) { return !doubt; }));
}

// What could not be proven of packages, by what stood in the way.
using Groups = std::map<std::pair<std::string, std::string>, std::vector<const resolve::LockedPackage*>>;

void tell(const Groups& groups, const std::string& file, LockCheck& check) {
  for (const auto& [key, packages] : groups) {
    const auto& [label, what] = key;
    check.unproven.push_back(packages.size() == 1
                                 ? fmt::format("{}: {}", named(*packages.front()), what)
                                 : fmt::format("{}: {} packages from {}: {}", file, packages.size(), label, what));
  }
}

}  // namespace

LockCheck check_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, const BuildContext& context) {
  LockCheck check;
  const auto claims = claims_of(lock);
  auto proof = context.progress.stage(
      "check",
      [&] {
        return archive::prove(recipe.sources, claims.releases, claims.packages, context.store, context.archive,
                              context.progress);
      },
      [](const archive::Proof& all) {
        return fmt::format("{} lines proven", proven(all.releases) + proven(all.packages));
      });
  const bool all_hold =
      proven(proof.releases) + proven(proof.packages) == claims.releases.size() + claims.packages.size();
  for (std::size_t i = 0; i < lock.suites.size(); ++i) {
    const auto& doubt = proof.releases[i];
    if (!doubt) {
      ++check.proven;
      continue;
    }
    const auto& suite = lock.suites[i];
    (doubt->disproved ? check.disproved : check.unproven)
        .push_back(fmt::format("{}: {}: {}", suite.place.str(), suite.label, doubt->what));
  }
  Groups groups;
  for (std::size_t i = 0; i < claims.lines.size(); ++i) {
    const auto& doubt = proof.packages[i];
    const auto& package = *claims.lines[i];
    if (!doubt) {
      ++check.proven;
    } else if (doubt->disproved) {
      check.disproved.push_back(fmt::format("{}: {}", named(package), doubt->what));
    } else {
      groups[{package.from, doubt->what}].push_back(&package);
    }
  }
  for (const auto& architecture : lock.architectures) {
    for (const auto& package : architecture.packages) {
      if (lock.find_suite(package.from) != nullptr) continue;
      groups[{package.from, "it is the recipe's own file, which nobody signed"}].push_back(&package);
    }
  }
  tell(groups, lock.inputs.file, check);
  if (!proof.missing.empty()) {
    check.disproved.push_back(fmt::format("{}: 'suites' has no line for {}", lock.inputs.file, proof.missing));
  } else if (all_hold) {
    check_choice(lock, recipe, std::move(proof.suites), context, check);
  }
  return check;
}

void remember_checked(std::string_view text, store::Store& store) { store.write_record(record, text, "holds"); }

bool was_checked(std::string_view text, const store::Store& store) {
  return store.read_record(record, text).has_value();
}

}  // namespace debone::cli
