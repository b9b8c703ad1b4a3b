#include "archive/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <utility>

#include "archive/http.h"
#include "archive/indexes.h"
#include "archive/plan.h"
#include "archive/release_files.h"
#include "archive/snapshot.h"
#include "base/error.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

Doubt unproven(std::string what) { return {false, std::move(what)}; }
Doubt disproved(std::string what) { return {true, std::move(what)}; }

std::string told(const Error& error) {
  return error.place().empty() ? error.message() : fmt::format("{}: {}", error.place(), error.message());
}

// A suite whose Release is claimed, and what was found out about it.
struct Case {
  const ReleaseClaim* claim = nullptr;
  const SuitePlan* plan = nullptr;
  std::optional<Keyring> keyring;  // of the one key that is claimed
  std::optional<Release> release;  // proven
  std::string root;                // the archive that has it; empty: found in the store, or nowhere
  bool searched = false;           // in all archives
  std::string obstacle;            // what went wrong on the way, for people
  std::map<std::string, std::vector<debian::PackageIndex>> indexes;  // by machine
  std::map<std::string, std::string> no_indexes;                     // likewise: why there are none
};

class Prover {
 public:
  Prover(store::Store& store, const Options& options, base::Events& events)
      : store_(store),
        options_(options),
        now_(std::time(nullptr)),
        from_store_(events, options.user_agent, true),
        fetcher_(events, options.user_agent, options.offline) {}

  std::optional<Doubt> prove_release(Case& one) {
    if (const auto kept = kept_release(one.claim->sha256, store_)) accept(one, *kept, "");
    if (!one.release) search(one);
    if (!one.release) {
      return unproven(fmt::format("no Release of {} with that SHA-256 can be had{}", base::iso_time(one.claim->date),
                                  one.obstacle.empty() ? "" : " (" + one.obstacle + ")"));
    }
    return compare(*one.claim, *one.plan, one.release->fields());
  }

  std::optional<Doubt> prove_package(Case& one, const PackageClaim& claim) {
    const auto& only = one.plan->only;
    if (!only.empty() && std::find(only.begin(), only.end(), claim.name) == only.end()) {
      return disproved(fmt::format("the recipe does not let {} supply it", claim.label));
    }
    if (!one.indexes.contains(claim.machine) && !one.no_indexes.contains(claim.machine)) open(one, claim.machine);
    if (const auto why = one.no_indexes.find(claim.machine); why != one.no_indexes.end()) return unproven(why->second);
    std::vector<std::string> others;
    for (auto& index : one.indexes.at(claim.machine)) {
      for (const auto id : index.named(claim.name)) {
        const auto& package = index.at(id);
        if (package.version.str() == claim.version && package.architecture == claim.architecture) {
          return compare(claim, package);
        }
        others.push_back(fmt::format("{} ({})", package.version.str(), package.architecture));
      }
    }
    return disproved(others.empty() ? fmt::format("{} has no such package", claim.label)
                                    : fmt::format("{} has it in version {}", claim.label, base::join(others, ", ")));
  }

  // The suite as its Release has it, with its indexes; nothing where these cannot be had. It is the last question.
  std::optional<Suite> take_suite(Case& one, const std::string& machine) {
    if (!one.indexes.contains(machine) && !one.no_indexes.contains(machine)) open(one, machine);
    const auto indexes = one.indexes.find(machine);
    if (indexes == one.indexes.end()) return std::nullopt;
    const auto& plan = *one.plan;
    return Suite{plan.source, plan.label, one.root.empty() ? plan.base_url : one.root,
                 one.release, {},         std::move(indexes->second),
                 plan.only};
  }

 private:
  // Takes the Release if it is signed by the claimed key and the one that is claimed.
  bool accept(Case& one, const UnverifiedRelease& unverified, const std::string& root) {
    try {
      auto release = unverified.verify(*one.keyring, now_);
      if (release.digest() != one.claim->sha256) return false;
      keep_release(unverified, release, store_);
      one.release = std::move(release);
      one.root = root;
      return true;
    } catch (const Error& error) {
      one.obstacle = told(error);
      return false;
    }
  }

  // Looks for it in the mirror, then in the snapshot archive.
  void search(Case& one) {
    if (std::exchange(one.searched, true)) return;
    if (options_.offline) {
      one.obstacle = "it is not in the store, and --offline allows no request";
      return;
    }
    std::vector<std::string> roots{one.plan->base_url};
    if (!one.plan->snapshot.empty()) {
      for (auto& root : snapshot_roots(one.plan->snapshot, one.claim->date)) roots.push_back(std::move(root));
    }
    for (const auto& root : roots) {
      try {
        const auto found = fetch_release(*one.plan, root, fetcher_);
        if (found && accept(one, *found, root)) return;
      } catch (const Error& error) {
        one.obstacle = told(error);
        // What cannot be reached now cannot be reached at the next time either.
        if (error.code() == Exit::network && root != one.plan->base_url) return;
      }
    }
  }

  // The indexes of the proven Release: from the store, else from where the Release is.
  void open(Case& one, const std::string& machine) {
    std::string why;
    const auto load = [&](Fetcher& fetcher, const std::string& root) {
      auto plan = *one.plan;
      if (!root.empty()) plan.base_url = root;
      try {
        one.indexes.emplace(machine, load_indexes(plan_indexes(plan, one.release->fields(), machine), machine, fetcher,
                                                  store_, options_.jobs));
        return true;
      } catch (const Error& error) {
        why = told(error);
        return false;
      }
    };
    if (load(from_store_, "")) return;
    if (one.root.empty()) search(one);
    if (!one.root.empty() && load(fetcher_, one.root)) return;
    one.no_indexes.emplace(machine, fmt::format("the indexes of {} cannot be had ({})", one.claim->label, why));
  }

  static std::optional<Doubt> compare(const ReleaseClaim& claim, const SuitePlan& plan,
                                      const debian::ReleaseFields& release) {
    if (!is_named(release, plan.suite)) {
      return disproved(
          fmt::format("it is the Release of '{}' ({}), not of '{}'", release.suite, release.codename, plan.suite));
    }
    const auto differs = [](std::string_view field, const std::string& said, const std::string& signed_text) {
      return disproved(fmt::format("its {} there is '{}', not '{}'", field, signed_text, said));
    };
    if (claim.origin != release.origin) return differs("Origin", claim.origin, release.origin);
    if (claim.suite != release.suite) return differs("Suite", claim.suite, release.suite);
    if (claim.codename != release.codename) return differs("Codename", claim.codename, release.codename);
    if (claim.date != release.date) return differs("Date", base::iso_time(claim.date), base::iso_time(release.date));
    return std::nullopt;
  }

  static std::optional<Doubt> compare(const PackageClaim& claim, const debian::PackageRecord& package) {
    if (!claim.deb) return std::nullopt;
    const auto differs = [](std::string_view field, const std::string& signed_text) {
      return disproved(fmt::format("its {} there is {}", field, signed_text));
    };
    if (!package.sha256 || *package.sha256 != claim.deb->sha256) {
      return differs("SHA-256", package.sha256 ? package.sha256->hex() : "not given");
    }
    if (package.size != claim.deb->size) return differs("size", fmt::format("{}", package.size));
    if (package.filename != claim.deb->filename) return differs("path", package.filename);
    return std::nullopt;
  }

  store::Store& store_;
  const Options& options_;
  std::int64_t now_;
  Fetcher from_store_;
  Fetcher fetcher_;
};

// The case of each claim; why there is none where the recipe has no such suite, or not that key.
std::optional<Doubt> begin(Case& one, const ReleaseClaim& claim, const Plan& plan,
                           const std::vector<Keyring>& keyrings) {
  const auto at = std::find_if(plan.suites.begin(), plan.suites.end(),
                               [&](const SuitePlan& suite) { return suite.label == claim.label; });
  if (at == plan.suites.end()) return disproved(fmt::format("the recipe's sources have no suite '{}'", claim.label));
  one.claim = &claim;
  one.plan = &*at;
  try {
    one.keyring = keyrings[at->key].only(claim.key);
  } catch (const Error&) {
    return disproved(fmt::format("{} does not hold the key {}", keyrings[at->key].place(), claim.key));
  }
  return std::nullopt;
}

}  // namespace

Proof prove(const std::vector<recipe::Source>& sources, const std::vector<ReleaseClaim>& releases,
            const std::vector<PackageClaim>& packages, store::Store& store, const Options& options,
            base::Events& events) {
  const auto planned = plan(sources, options);
  Fetcher fetcher(events, options.user_agent, options.offline);
  const auto keyrings = fetch_keyrings(planned, fetcher);
  Prover prover(store, options, events);
  Proof proof;
  std::map<std::string, Case> cases;  // those that are proven, by label
  for (const auto& claim : releases) {
    Case one;
    auto doubt = begin(one, claim, planned, keyrings);
    if (!doubt) doubt = prover.prove_release(one);
    if (!doubt) cases.emplace(claim.label, std::move(one));
    proof.releases.push_back(std::move(doubt));
  }
  for (const auto& claim : packages) {
    const auto at = cases.find(claim.label);
    proof.packages.push_back(at == cases.end() ? unproven(fmt::format("the Release of {} is not proven", claim.label))
                                               : prover.prove_package(at->second, claim));
  }
  for (const auto& suite : planned.suites) {
    const bool is_claimed = std::any_of(releases.begin(), releases.end(),
                                        [&](const ReleaseClaim& claim) { return claim.label == suite.label; });
    if (!is_claimed && proof.missing.empty()) proof.missing = suite.label;
  }
  if (cases.size() != planned.suites.size()) return proof;
  std::set<std::string> machines;
  for (const auto& claim : packages) machines.insert(claim.machine);
  for (const auto& machine : machines) {
    std::vector<Suite> suites;
    for (const auto& suite : planned.suites) {
      auto taken = prover.take_suite(cases.at(suite.label), machine);
      if (!taken) break;
      suites.push_back(*std::move(taken));
    }
    if (suites.size() == planned.suites.size()) proof.suites.emplace(machine, std::move(suites));
  }
  return proof;
}

}  // namespace debone::archive
