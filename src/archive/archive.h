// From a recipe's sources to verified package indexes, and from chosen packages to verified .debs in the store.
// Nothing unsigned gets past here. {deb: FILE} sources are not its business: the command line makes an index of the
// user's own files itself (reading .debs is a room below), so open() passes over them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
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
  std::string user_agent = "debone";  // "debone/1.0" of HTTP requests
  bool offline = false;               // no request at all: what the store lacks is an error
};

// One suite of one source, with the indexes of its components.
struct Suite {
  std::size_t source = 0;           // position in the recipe's sources
  std::string label;                // for people: "trixie-security", "passbolt buster"
  std::string base_url;             // the archive's root, with a trailing slash: .debs lie below it
  std::optional<Release> release;   // always there
  std::vector<std::string> waived;  // checks that an option waived: "trixie: expired on ...", "trixie: older than ..."
  std::vector<debian::PackageIndex> indexes;
  std::vector<std::string> only;  // the source's `packages:`; empty: no limit
};

// Opens all sources for one Debian architecture, fetching Release and Packages files concurrently. {debian: X} is X,
// X-updates and X-security (sid: itself alone) with the keyring of the package debian-archive-keyring, or the file that
// DEBONE_DEBIAN_KEYRING names. Of each Release are checked: its signature (release.h), that Suite or Codename is the
// one asked for, Valid-Until, and that Date is neither from the future nor before the one seen last; an index must have
// the size and SHA-256 that the Release names. Throws Error (trust) where a check fails, (network) where something
// cannot be had, (usage) at the source's place where the suite has no such component or architecture.
std::vector<Suite> open(const std::vector<recipe::Source>& sources, const std::string& architecture,
                        store::Store& store, const Options& options, base::Events& events);

// A .deb to have in the store, as an index or a lock names it, and where it may be had.
struct Wanted {
  std::string id;        // "libc6_2.41-12_amd64", for errors
  std::string filename;  // below the archive's root
  std::uint64_t size = 0;
  base::Digest sha256;
  std::string base_url;          // the archive's root, with a trailing slash
  std::vector<std::string> old;  // roots to try where that has it no more (snapshot.h), in this order
};

// `package` of that suite's index. Throws Error (trust) where the index names no size, no hash, or no file below the
// archive's root.
Wanted wanted(const debian::PackageRecord& package, const Suite& suite);

// Brings every .deb into the store, in parallel, those that are there already left alone (a copy that was damaged is
// noticed and removed when it is read: then fetch it again). May be called by several threads at once. Throws Error
// (trust) where a filename is none below the root, (network) where a .deb cannot be had: with Options::offline, where
// the store lacks one.
void fetch(const std::vector<Wanted>& wanted, store::Store& store, const Options& options, base::Events& events);

}  // namespace debone::archive
