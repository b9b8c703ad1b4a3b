// What of a recipe decides which packages it resolves to, in the form in which a lock records it: so that a lock can
// tell whether it still is that recipe's. Mirrors, paths, accounts and the like are no part of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recipe/recipe.h"

namespace debone::resolve {

// An item of `packages:`, `keep:` or `exclude:`.
struct InputItem {
  std::string package;  // "nginx", "nginx:amd64"
  std::string text;     // with its pin: "nginx=1.26.3-3", "nginx/trixie-backports"
  recipe::Place place;
};

// A source, as far as it decides: no address, no file of a key.
struct InputSource {
  std::string debian;                   // a codename; or
  std::string name;                     // of another repository, with its `suite`; or
  std::string deb;                      // a .deb's path as the recipe has it
  std::string suite;                    // of a repository
  std::vector<std::string> components;  // in the recipe's order
  std::string key;                      // the fingerprint that the recipe states, or empty
  std::vector<std::string> packages;    // all that it may supply, in the recipe's order; empty: no limit
  std::optional<int> priority;
  recipe::Place place;

  const std::string& id() const { return !debian.empty() ? debian : !name.empty() ? name : deb; }
  // As it stands in a lock: "{debian: trixie, components: [main]}".
  std::string str() const;
};

struct Inputs {
  std::string file;  // how errors call the recipe, or the lock
  std::string name;
  recipe::Place name_place;  // of a lock
  recipe::ClosureMode closure = recipe::ClosureMode::lean;
  recipe::Place closure_place;  // of a lock
  std::string extends;          // as the recipe has it; empty: nothing
  recipe::Place extends_place;
  std::vector<InputSource> sources;  // in the recipe's order, which decides between equals
  std::vector<InputItem> requests;   // sorted by package
  std::vector<InputItem> files;      // likewise: packages of which the recipe takes files alone; not which files
  std::vector<InputItem> keep;       // likewise
  std::vector<InputItem> exclude;    // likewise
  std::vector<InputItem> debug;      // likewise: what the debug variants have beside these
  // Of a lean closure alone, for which they decide what is evidence:
  std::string starts;           // the program that the image starts; empty: none
  recipe::Place starts_place;   // of a lock
  std::vector<InputItem> cuts;  // "no-docs", "!/usr/share/doc/**"; in the recipe's order, of which the last decides
};

InputItem item_of(const recipe::Request& request);
Inputs inputs_of(const recipe::Recipe& recipe);

std::string_view name_of(recipe::ClosureMode mode);  // "lean"

}  // namespace debone::resolve
