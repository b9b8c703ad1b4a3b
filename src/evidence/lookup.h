// What a name means among the packages of a closure: a package, a path, or a soname.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/package_set.h"

namespace debone::evidence {

enum class NameKind { package, path, soname };

// What the name is meant as: "/usr/bin/php" a path, "libxml2.so.2" a soname, else a package.
NameKind kind_of_name(std::string_view name);

struct Found {
  std::size_t package = 0;
  std::optional<std::size_t> file;  // position in its Facts, where a path or a soname was meant and it is a file
  std::string path;                 // of what was found, as the image has it: "usr/lib/x86_64-linux-gnu/libxml2.so.2"
};

struct Lookup {
  NameKind kind = NameKind::package;
  std::string leads_to;           // where a path's links lead, if it has any: "usr/bin/php8.4"
  std::vector<Found> found;       // sorted by package
  std::vector<std::string> near;  // nothing was found: names of the same kind that may be meant
};

// A package by its name, or those that provide a virtual one. A path by its links and the merged /usr looked through;
// of a directory all packages that have it. A soname by the libraries that bear it, or the files of that name.
Lookup look_up(const PackageSet& set, std::string_view name);

}  // namespace debone::evidence
