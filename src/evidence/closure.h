// The lean closure: of what apt would install, what an image needs, found by evidence in the packages' own files, with
// the reason on record for what is kept and for what is left out. docs/lean-closure.md tells the rules.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::evidence {

// A package of apt's closure.
struct Candidate {
  const package::Facts* facts = nullptr;
  std::vector<bool> cut = {};  // of each of its files, whether the cuts leave it out: no evidence; empty: none is
  bool is_base = false;        // the base that the image extends, all its files: it is there, and needs nothing more
};

// What becomes of a package.
enum class State {
  left_out,
  read,       // for what effects make of it; no file of its own is in the image
  data_only,  // kept, but for its programs
  kept,
};

std::string_view name_of(State state);  // "data-only"

enum class Rule {
  recipe,       // the recipe's `packages:`
  started,      // its entrypoint, or else its cmd
  implied,      // base-files
  base,         // of the base that the image extends
  keep,         // the recipe's `keep:`
  needed,       // 1: an ELF file NEEDs a library, or names an interpreter
  dlopened,     // 2: an ELF file may dlopen() a library
  linked,       // 3: a link points at a file
  interpreter,  // 4: a script's interpreter
  same_source,  // 5: a part of the same program
  stands_for,   // 5: what a package without files stands for
  data,         // 6: data or plugins of a dependency
  modules,      // 6: modules of an interpreter that is kept
  executed,     // 7: a program names its program
  locale,       // 8: libc6's C.utf8
  effects,      // 9: what effects make of it
  locked,       // the lock has it, and no evidence for it is found now
  depends,      // `closure: full`: a package depends on it
};

// One step of the chain that leads from the recipe to a package.
struct Reason {
  Rule rule = Rule::recipe;
  std::size_t by = 0;  // the candidate whose file shows it; its own number where the recipe, effects or the lock do
  std::string file;    // the path in that package as the image has it: "usr/bin/php8.4"; empty where none is meant
  std::string what;    // the soname, path or command it names; the words of the user for keep, of the lock for locked
  std::string str() const;  // "needs libxml2.so.2": without `by` and `file`
};

std::string_view name_of(Rule rule);  // "same-source"
// Whether it is no other package that brings one by this rule. (A file may also need a library of its own package.)
bool is_root(Rule rule);

struct Decision {
  State state = State::left_out;
  Reason reason;        // where it is not left out
  std::string why_not;  // of one left out, in words
};

// That a package is needed, as a file of one that is in the image shows it.
struct Evidence {
  std::size_t package = 0;
  Reason reason;
};

// A NEEDED of a kept file that no package of apt's closure satisfies: so it is on a Debian system too.
struct Unresolved {
  std::string path;
  std::string soname;
  friend auto operator<=>(const Unresolved&, const Unresolved&) = default;
};

struct Closure {
  std::vector<Decision> decisions;     // one for each candidate
  std::vector<Evidence> evidence;      // all there is, for packages that are not left out; sorted by package and reason
  std::vector<Unresolved> unresolved;  // sorted by path and soname
};

// `candidates` sorted by name: apt's closure of the recipe's requests with the Essential packages and base-files; after
// them the base that the image extends, where it does.
// Throws Error (usage) at the recipe's place where `keep:` or `exclude:` names no candidate, or an `exclude:` breaks a
// NEEDED of a kept file (both ends are named).
Closure closure(const std::vector<Candidate>& candidates, const recipe::Recipe& recipe);

}  // namespace debone::evidence
