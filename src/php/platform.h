// The PHP and the packages of Debian that an application's requirements come to.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "php/constraint.h"
#include "php/extensions.h"
#include "php/project.h"

namespace debone::php {

// A PHP that a Debian release has.
struct Php {
  std::string version;   // "8.4"
  std::string codename;  // "trixie"
  std::string debian;    // "Debian 13 (trixie)"
  Range range;           // from the release's first to the last that it can come to
};

// Those that the catalog has recipes for, the newest first.
const std::vector<Php>& debian_phps();

struct NeededExtension {
  std::string name;           // "intl"
  std::string package;        // "php8.4-intl"; empty: part of PHP itself
  std::string asked_by;       // "composer.json", or a locked package's name
  bool command_line = false;  // php-fpm has not got it
};

struct Platform {
  Php php;
  std::vector<NeededExtension> extensions;  // sorted by name, each once
  std::vector<std::string> notes;           // what the user should know, as warnings say it
};

// The newest PHP that fits, with all extensions; of those that fit the one of config.platform, where it is there.
// `ignored` are requirements that do not count: "ext-swoole", "php". Throws Error (usage) where none fits, where no
// package is known for an extension, or a constraint on PHP is not understood.
Platform choose_platform(const Project& project, const Extensions& table, const std::set<std::string>& ignored);

}  // namespace debone::php
