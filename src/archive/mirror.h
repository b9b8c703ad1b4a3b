// Where Debian's archive is found from this machine: the recipe's word, the environment's, the machine's own apt
// sources, or the public addresses. An image never depends on the answer.
#pragma once

#include <filesystem>
#include <string>

#include "recipe/recipe.h"

namespace debone::archive {

struct DebianMirrors {
  std::string archive;   // serves SUITE and SUITE-updates; with a trailing slash
  std::string security;  // serves SUITE-security; likewise
};

// In this order: `mirror:` of the recipe; DEBONE_DEBIAN_MIRROR and DEBONE_DEBIAN_SECURITY_MIRROR; sources.list and
// sources.list.d/*.{list,sources} below `apt_folder` (sources.list(5): any stanza of a Debian codename with main and
// an http, https or file address, those for security apart; a vendor's with a keyring of its own is passed over, an
// address that ends as Debian's do and a stanza of the very codename are preferred); the built-in table. Each of the
// two is looked for by itself. What cannot be read of apt's sources is passed over: they are only a hint.
DebianMirrors debian_mirrors(const recipe::DebianSource& source, const std::filesystem::path& apt_folder = "/etc/apt");

// Where the archives' old versions are, with a trailing slash: the recipe's `snapshot:`, DEBONE_DEBIAN_SNAPSHOT, or
// snapshot.debian.org.
std::string debian_snapshot(const recipe::DebianSource& source);

}  // namespace debone::archive
