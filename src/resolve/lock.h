// A lock: the exact packages that a recipe resolved to, for each architecture, with all that it takes to fetch and
// prove them; NAME.lock beside NAME.yaml. It is YAML made for code review: sorted, a line a package, no address of any
// mirror. What text_of() writes, parse() reads, and text_of() writes again byte for byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "resolve/lock_inputs.h"

namespace debone::resolve {

// A suite of one of the sources, as it was signed when it was resolved from.
struct LockedSuite {
  std::string label;  // "trixie-security", "vendor stable": what packages name as where they come from
  std::string origin;
  std::string suite;
  std::string codename;
  std::int64_t date = 0;  // of the Release, seconds since 1970 UTC
  std::string key;        // the fingerprint of the primary key that signed it
  base::Digest sha256;    // of the Release's signed text
  recipe::Place place;
};

// A user or a group of the image: an owner of volumes must keep its number.
struct LockedAccount {
  std::string name;
  std::uint32_t id = 0;
  recipe::Place place;
};

// What became of a package of apt's closure.
enum class LockedState {
  kept,
  data_only,  // kept, but for its programs
  read,       // for what effects make of it; no file of its own is in the image
  files,      // for those of its files that the recipe names; nothing it depends on is there for it
  debug,      // in the debug variants alone, in a layer of their own
  left_out,
};

struct LockedPackage {
  std::string name;
  std::string version;
  std::string architecture;  // "all" or the machine's
  LockedState state = LockedState::kept;
  std::string reason;
  std::string from;        // a suite's label, or a .deb's path as the recipe has it
  std::uint64_t size = 0;  // of the .deb in bytes; of one left out 0
  base::Digest sha256;     // of the .deb; of one left out that of nothing
  std::string path;        // below the archive's root; empty for the recipe's own .deb and for one left out
  recipe::Place place;

  std::string id() const { return name + "_" + version + "_" + architecture; }
  bool is_taken() const { return state != LockedState::left_out && state != LockedState::debug; }
};

// A library that a file of the image needs and that no package of apt's closure has, on a Debian system neither.
struct LockedNeed {
  std::string path;  // "usr/lib/jvm/java-21-openjdk-amd64/lib/libfontmanager.so"
  std::string soname;
  recipe::Place place;
};

// The packages for one architecture.
struct LockedArchitecture {
  std::string name;                       // Debian's
  std::vector<LockedPackage> packages;    // sorted by name
  std::vector<LockedNeed> unresolved;     // sorted by path and soname
  std::optional<base::Digest> base = {};  // the manifest of the image that it extends
  std::uint64_t apt_size = 0;             // bytes that apt would install for the same request, by Installed-Size
  std::uint64_t apt_packages = 0;         // likewise
  recipe::Place place;

  // The packages that the image is made of: neither left out nor of the debug variants. In their order.
  std::vector<const LockedPackage*> taken() const;
  const LockedPackage* debug() const;  // that of the debug variants, or null
};

struct Lock {
  Inputs inputs;                                  // of the recipe that it was made for
  std::vector<LockedSuite> suites;                // in the sources' order
  std::vector<std::string> waived;                // what --allow-* let pass of them: "trixie: expired on ..."
  std::vector<LockedAccount> users;               // sorted by id
  std::vector<LockedAccount> groups;              // likewise
  std::vector<LockedArchitecture> architectures;  // sorted by name

  const LockedArchitecture* find(std::string_view architecture) const;
  const LockedSuite* find_suite(std::string_view label) const;
};

constexpr std::uint64_t largest_lock = std::uint64_t{8} << 20U;  // bytes

// Reads a lock; `file` is what errors call it. Strict, as recipes are: Error (usage) at file:line:column for what a
// lock does not have, for a package that names no suite of it, for a lock that a newer debone wrote.
Lock parse_lock(std::string_view text, const std::string& file);

std::string text_of(const Lock& lock);

// "3 packages", or "107 packages (27 left out)".
std::string told_size(const LockedArchitecture& architecture);

std::string_view name_of(LockedState state);  // "data-only"

}  // namespace debone::resolve
