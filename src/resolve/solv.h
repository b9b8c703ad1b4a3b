// libsolv in Debian mode behind one small face: a set of packages, what must be installed, and the verdict. It knows
// nothing of apt's preferences; it says whether a set holds together, finds one that does, or says why there is none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "debian/package_record.h"

namespace debone::resolve {

// A reason why there is no solution. Packages are positions in the input.
struct Problem {
  enum class Kind {
    unmet,     // nothing satisfies a relation of `package`
    conflict,  // `package` and `other` exclude each other
    other,     // anything else
  };
  Kind kind = Kind::other;
  std::size_t package = 0;
  std::size_t other = 0;
  std::string relation;  // "Depends: c (>= 2)", "Breaks: d (<< 1)"
};

constexpr std::size_t most_problems = 100;

struct Verdict {
  std::vector<std::size_t> installed;  // positions in the input, ascending; empty where there are problems
  std::vector<Problem> problems;  // the most telling first: what is unmet, then what conflicts; most_problems at most
};

struct JudgedPackage {
  const debian::PackageRecord* record = nullptr;
  std::vector<const debian::Relation*> provides;  // those of the record that count
};

// Installs every package of `wanted` and what they need out of `packages`, preferring those of `favoured`. Throws Error
// (usage) where there is no answer within so many steps as no real archive takes.
Verdict solve_sat(const std::vector<JudgedPackage>& packages, const std::vector<std::size_t>& wanted,
                  const std::vector<std::size_t>& favoured, const std::string& architecture);

}  // namespace debone::resolve
