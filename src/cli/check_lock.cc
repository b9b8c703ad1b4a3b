#include "cli/check_lock.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "archive/proof.h"

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

LockCheck check_lock(const resolve::Lock& lock, const recipe::Recipe& recipe, store::Store& store,
                     const archive::Options& options, base::Events& events) {
  const auto claims = claims_of(lock);
  const auto proof = archive::prove(recipe.sources, claims.releases, claims.packages, store, options, events);
  LockCheck check;
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
  return check;
}

void remember_checked(std::string_view text, store::Store& store) { store.write_record(record, text, "holds"); }

bool was_checked(std::string_view text, const store::Store& store) {
  return store.read_record(record, text).has_value();
}

}  // namespace debone::cli
