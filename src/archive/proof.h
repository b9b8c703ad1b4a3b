// Proving what a lock says of an archive. A lock is text that anybody can edit: here each Release that it names is
// got again (from the store, the mirror, or the snapshot archive), its signature verified with the keys of the
// recipe's source, and each package looked up in the indexes that this Release vouches for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"

namespace debone::archive {

// What is said of a suite's Release.
struct ReleaseClaim {
  std::string label;  // of the suite in the recipe's plan: "trixie-security"
  std::string origin;
  std::string suite;
  std::string codename;
  std::int64_t date = 0;  // seconds since 1970 UTC
  std::string key;        // the fingerprint of the primary key that signed it
  base::Digest sha256;    // of the signed text
};

// What is said of a package in it.
struct PackageClaim {
  std::string label;    // of its suite
  std::string machine;  // the architecture that the image is for
  std::string name;
  std::string version;
  std::string architecture;  // "all" or the machine's
  struct Deb {
    std::uint64_t size = 0;
    base::Digest sha256;
    std::string filename;
  };
  std::optional<Deb> deb;  // nothing where no .deb is claimed
};

// Why a claim does not stand: the archive says otherwise, or could not be heard.
struct Doubt {
  bool disproved = false;
  std::string what;  // "its SHA-256 there is ...", "its Release is not proven"
};

struct Proof {
  std::vector<std::optional<Doubt>> releases;  // of each claim; nothing where it is proven
  std::vector<std::optional<Doubt>> packages;
  // By machine all that the recipe's sources have, as those Releases had it: what to choose from once more. Of none
  // where a Release is not proven, or its indexes cannot be had.
  std::map<std::string, std::vector<Suite>> suites;
  std::string missing;  // the label of a suite of the sources of which no Release is claimed; empty: of all there is
};

// Asks the archive only for what the store lacks; with Options::offline nothing is asked. A Release must be signed by
// the key that is claimed, one of those of the recipe's source, and be that of the suite asked for; that it has
// expired is no objection. Throws Error where the recipe's keys cannot be had.
Proof prove(const std::vector<recipe::Source>& sources, const std::vector<ReleaseClaim>& releases,
            const std::vector<PackageClaim>& packages, store::Store& store, const Options& options,
            base::Events& events);

}  // namespace debone::archive
