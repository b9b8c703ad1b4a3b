// What the known PHP frameworks want of their surroundings: which folders they write, what is a developer's own.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace debone::php {

struct Framework {
  std::string_view name;                      // "Symfony"; "" for an application of no known framework
  std::string_view package;                   // by whose requirement it is known
  bool one_script = false;                    // index.php alone is asked, never another script
  std::vector<std::string> folders = {};      // that PHP writes, relative to the application
  std::vector<std::string> tmpfs = {};        // of these, the roots of what may be lost with the container
  std::vector<std::string> volumes = {};      // and of what may not
  std::vector<std::string> generated = {};    // lines of .deboneignore: what it wrote on the developer's machine
  std::vector<std::string> secrets = {};      // lines of .deboneignore: settings of the developer's machine
  std::vector<std::string> environment = {};  // "NAME: value" for a recipe
};

// By what composer.json requires.
const Framework& framework_of(const std::set<std::string>& packages);

}  // namespace debone::php
