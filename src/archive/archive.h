// From a recipe's sources to verified package indexes, and from chosen packages to verified .debs in the store.
// Nothing unsigned gets past here (a .deb file that the recipe names is the user's own and trusted as such).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "archive/release.h"
#include "base/events.h"
#include "debian/package_index.h"
#include "recipe/recipe.h"
#include "store/store.h"

namespace debone::archive {

struct Options {
  bool allow_expired = false;  // Valid-Until has passed
  bool allow_older = false;    // the Release's Date is before one that was seen
  unsigned jobs = 1;
  // `--source NAME=URL,KEYFILE`: replaces the address and the key of a recipe's source of that name.
  struct Replacement {
    std::string url;
    std::filesystem::path key_file;
  };
  std::map<std::string, Replacement> replacements;
};

// One suite of one source, with the indexes of its components.
struct Suite {
  std::size_t source = 0;           // position in the recipe's sources
  std::string label;                // for people: "trixie-security", "passbolt buster"
  std::string base_url;             // the archive's root, with a trailing slash: .debs lie below it
  std::optional<Release> release;   // none for a local .deb
  std::vector<std::string> waived;  // checks that an option waived: "expired since ...", "older than ..."
  std::vector<debian::PackageIndex> indexes;
  std::vector<std::string> only;  // the source's `packages:`; empty: no limit
};

// Opens all sources for one Debian architecture, fetching Release and Packages files concurrently.
std::vector<Suite> open(const std::vector<recipe::Source>& sources, const std::string& architecture,
                        store::Store& store, const Options& options, base::Events& events);

// A package to have in the store, and where it may be had.
struct Wanted {
  const debian::PackageRecord* package = nullptr;
  const Suite* suite = nullptr;
};

// Brings every .deb into the store, in parallel, those that are there already left alone.
void fetch(const std::vector<Wanted>& wanted, store::Store& store, const Options& options, base::Events& events);

}  // namespace debone::archive
