// A suite's Release file as a type: who it says it is, how long it holds, and the SHA-256 of each
// index it vouches for. Only the text of it is judged here; whether the text may be trusted is archive's business.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace debone::debian {

struct IndexFile {
  base::Digest sha256;
  std::uint64_t size = 0;
};

struct ReleaseFields {
  std::string origin;
  std::string label;
  std::string suite;
  std::string codename;
  std::string version;
  std::int64_t date = 0;                    // seconds since 1970 UTC
  std::optional<std::int64_t> valid_until;  // likewise
  std::vector<std::string> architectures;
  std::vector<std::string> components;
  bool acquire_by_hash = false;
  bool all_in_binary_indexes = false;  // No-Support-for-Architecture-all: Packages
  bool not_automatic = false;
  bool but_automatic_upgrades = false;
  std::map<std::string, IndexFile> sha256;  // by path below the suite: "main/binary-amd64/Packages.xz"
};

// Parses a Release file (https://wiki.debian.org/DebianRepository/Format). Throws Error (trust, without a place)
// where Date or the SHA256 list is missing or malformed.
ReleaseFields parse_release(std::string_view text);

// "Sat, 08 Nov 2026 10:11:12 UTC" (RFC 5322 with UTC, GMT or +0000, whatever the locale), or nothing.
std::optional<std::int64_t> parse_release_date(std::string_view text);

}  // namespace debone::debian
