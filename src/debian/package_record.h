// One binary package as its control stanza describes it: in a Packages index (with file name, size and
// hash) or inside a .deb (without).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "debian/control.h"
#include "debian/relation.h"
#include "debian/version.h"

namespace debone::debian {

enum class MultiArch { no, same, foreign, allowed };

struct PackageRecord {
  std::string name;
  Version version;
  std::string architecture;  // "all" or the machine's
  std::string source;        // the source package's name (the package's own where no Source field stands)
  Version source_version;    // likewise
  MultiArch multi_arch = MultiArch::no;
  bool essential = false;
  bool is_protected = false;
  std::string priority;
  std::vector<Alternatives> pre_depends;
  std::vector<Alternatives> depends;
  std::vector<Alternatives> conflicts;
  std::vector<Alternatives> breaks;
  std::vector<Alternatives> replaces;
  std::vector<Relation> provides;      // `equal` or `any` alone
  std::uint64_t installed_size = 0;    // bytes (the field is KiB)
  std::string filename;                // below the archive's root; empty inside a .deb
  std::uint64_t size = 0;              // of the .deb in bytes; 0 inside a .deb
  std::optional<base::Digest> sha256;  // of the .deb; absent inside a .deb
  std::string stanza;                  // verbatim

  std::string id() const { return name + "_" + version.str() + "_" + architecture; }
};

// Reads a stanza; relations are taken for `architecture`. Throws Error (trust, without a place) where Package,
// Version or Architecture is missing or malformed (a package name has [a-z0-9][a-z0-9+.-]*, Policy 5.6.1; upper case is
// let pass).
PackageRecord parse_package(std::string_view stanza, std::string_view architecture);

}  // namespace debone::debian
