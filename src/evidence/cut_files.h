// What the cuts leave out of an image's packages, all told: the files that a rule cuts, the links that would lead to
// nothing, and the directories in which nothing is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/cuts.h"
#include "evidence/unused_programs.h"
#include "package/facts.h"

namespace debone::evidence {

// What programs count under that a lean image leaves out.
constexpr std::string_view unused_rule = "unused-programs";

// An entry of a package that is left out.
struct Cut {
  std::size_t package = 0;  // of the packages given
  std::size_t file = 0;     // of its facts' files
  std::string rule;         // what it counts under: a rule's name, that of its target for a link; or unused_rule
  std::string why;          // in words: "no-man, on by default"
  std::uint64_t bytes = 0;  // that the image is smaller by; 0 where another name of the file keeps them
};

struct CutTotal {
  std::string rule;
  std::size_t files = 0;  // links too, directories not
  std::uint64_t bytes = 0;
};

struct CutFiles {
  std::vector<Cut> cuts;              // sorted by package and file
  std::vector<CutTotal> totals;       // the largest first, then by name
  std::vector<std::string> warnings;  // of configuration that names what was cut, one a file

  const Cut* find(std::size_t package, std::size_t file) const;
};

// `packages` are those that the image has; null stands for one that it has not. `unused` are programs among
// them that a lean image leaves out: they leave unless a rule restores them.
// - A link leaves with what it leads to; one whose target the recipe's `paths:` put in its place stays.
// - What a copyright file, or the copyright behind a package's link in usr/share/doc, leads to stays as it does.
// - A directory leaves when nothing is left in it, if a rule cuts it or if each package that ships it shipped something
//   in it. One that is shipped empty stays, and so does one that a rule restores.
CutFiles cut_files(const Cuts& cuts, const std::vector<const package::Facts*>& packages,
                   const std::vector<UnusedProgram>& unused);

}  // namespace debone::evidence
