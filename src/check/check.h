// What an image must satisfy before it is written. A finding has an id that stays the same, a place, and words.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::check {

enum class Severity { report, failure };

struct Finding {
  std::string id;  // "entrypoint-missing"
  Severity severity = Severity::failure;
  std::string path;  // absolute, or empty
  std::string text;  // what is wrong and the way out
};

// A library that a file of the image needs, and that is not there on a Debian system with the same packages either.
struct Lack {
  std::string path;  // "usr/lib/jvm/java-21-openjdk-amd64/lib/libfontmanager.so"
  std::string soname;
  friend auto operator<=>(const Lack&, const Lack&) = default;
};

// Judges a finished tree, findings sorted by id and path. Under apt's full closure, shells, set-id programs and missing
// libraries are reported, not failures; so is what `debians_own` names.
std::vector<Finding> image(const tree::Tree& tree, const recipe::Recipe& recipe, const std::vector<Lack>& debians_own);

}  // namespace debone::check
