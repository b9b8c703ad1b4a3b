// The lean closure: of what apt would install, what an image needs, found by evidence in the packages' own files, with
// the reason on record for what is kept and for what is left out. docs/lean-closure.md tells the rules.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::evidence {

// A package of apt's closure.
struct Candidate {
  const package::Facts* facts = nullptr;
  bool declared = true;  // false: there since it is Essential, not since somebody depends on it
};

enum class Rule {
  recipe,       // the recipe's `packages:`
  implied,      // base-files
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
};

// One step of the chain that leads from the recipe to a package.
struct Reason {
  Rule rule = Rule::recipe;
  std::size_t by = 0;       // the candidate whose file shows it; its own number for recipe, implied and keep
  std::string file;         // the path in that package: "usr/bin/php8.4"; empty where none is meant
  std::string what;         // the soname, path or command it names; the user's words for keep
  std::string str() const;  // "NEEDs libxml2.so.2": without `by` and `file`
};

struct Decision {
  bool kept = false;
  bool programs = true;  // whether its files in program directories are kept too
  Reason reason;         // of a kept one
  std::string why_not;   // of one left out, in words
};

// A file of a kept package that the rules leave out.
struct CutFile {
  std::size_t candidate = 0;
  std::string path;
  std::string why;
};

struct Closure {
  std::vector<Decision> decisions;  // one for each candidate
  std::vector<CutFile> cut;         // sorted by candidate and path
};

// `candidates` sorted by name. Throws Error (usage) at the recipe's place where `keep:` or `exclude:` names no
// candidate, or an `exclude:` breaks a NEEDED of a kept file (both ends are named).
Closure closure(const std::vector<Candidate>& candidates, const recipe::Recipe& recipe,
                const std::string& architecture);

}  // namespace debone::evidence
