// What a recipe's sources mean in suites to open: {debian: trixie} is three of them. Nothing is fetched here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "recipe/recipe.h"

namespace debone::archive {

// A keyring to have, from a file or a URL.
struct KeyPlan {
  std::string location;
  std::optional<std::string> fingerprint;  // the one key of it that counts
  std::string missing_hint;                // the way out where the file is missing

  bool operator==(const KeyPlan& other) const { return location == other.location && fingerprint == other.fingerprint; }
};

struct SuitePlan {
  std::size_t source = 0;  // position in the recipe's sources
  std::string place;       // where the source stands in the recipe
  std::string label;
  std::string base_url;  // with a trailing slash
  std::string snapshot;  // of its old versions (snapshot.h), with a trailing slash; empty: none is known
  std::string folder;    // below it, of InRelease: "dists/trixie/", or of a flat repository "" or "amd64/"
  std::string suite;     // the Suite or Codename that the Release must have; empty: any (flat repositories)
  std::vector<std::string> components;  // empty: flat
  std::string identity;  // what a Date seen before belongs to; for Debian's archive the same by any mirror
  std::size_t key = 0;   // position in Plan::keys
  std::vector<std::string> only;

  std::string url_of(const std::string& file) const;  // of a file below `folder`
};

struct Plan {
  std::vector<SuitePlan> suites;  // in the order of the sources
  std::vector<KeyPlan> keys;      // each once
};

Plan plan(const std::vector<recipe::Source>& sources, const Options& options);

}  // namespace debone::archive
