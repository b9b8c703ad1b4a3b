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
// sources.list.d/*.{list,sources} below `apt_folder` (any stanza of a Debian codename, /debian and
// /debian-security apart); the built-in table. Each of the two is looked for by itself.
DebianMirrors debian_mirrors(const recipe::DebianSource& source, const std::filesystem::path& apt_folder = "/etc/apt");

}  // namespace debone::archive
