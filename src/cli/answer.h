// The answer of `debone why`: what a name stands for in a recipe's closure, whether the image has it, and the chain of
// evidence that leads to it. A value, made of an Explanation or of apt's closure.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/explanation.h"
#include "evidence/lookup.h"

namespace debone::cli {

// One step of a chain, or a piece of evidence.
struct AnswerStep {
  std::string package;  // that the step leads to
  std::string by;       // the package that shows it; empty: the recipe
  std::string file;     // of `by`: "/usr/bin/php8.4"; or empty
  evidence::Rule rule = evidence::Rule::recipe;
  std::string text;  // "/usr/bin/php8.4 of php8.4-cli needs libxml2.so.2"
};

// What became of one package, or of a file of it.
struct Answer {
  std::string package;
  std::string version;
  std::string path;                                   // "/usr/bin/php8.4", where a path or a soname was asked for
  evidence::State state = evidence::State::left_out;  // of the package
  bool is_in_image = false;                           // of the file where there is one
  std::string why_not;
  std::vector<AnswerStep> chain;     // from the recipe to it, by evidence; of one left out by dependencies
  std::vector<AnswerStep> evidence;  // all there is for the package
  std::uint64_t size = 0;            // bytes of the package's files in the image
  std::uint64_t gone = 0;            // bytes that would go with it, its own included
};

struct Answers {
  std::string recipe;
  std::string architecture;
  std::string asked;
  evidence::NameKind kind = evidence::NameKind::package;
  std::string leads_to;           // where the links of a path lead: "/usr/bin/php8.4"
  std::vector<Answer> found;      // those in the image first, then by package
  std::string base;               // what `why` or `show` may know of it: "debone why php-fpm libc6"; or empty
  std::string by_recipe;          // its place, where the recipe itself makes the path: "app.yaml:9:5"
  std::string recipe_key;         // by which of its keys: "paths"
  std::string made_by;            // where no package has the path: "effects (accounts)", "the base (libc6)"
  std::vector<std::string> near;  // names that may be meant where nothing was found
  std::size_t unknown = 0;        // packages that were left out and of whose files nothing is known

  bool is_in_image() const;
};

// What is asked of the packages that the image has, `set`: their facts in the explanation's order.
std::vector<Answer> answers_in_image(const Explanation& explanation, const evidence::PackageSet& set,
                                     const evidence::Lookup& lookup, std::string_view asked);
// What is asked of the others; `set` is of the closure's facts. A package that is not among these is found by its name.
std::vector<Answer> answers_left_out(const AptClosure& closure, const evidence::PackageSet& set,
                                     const evidence::Lookup& lookup, const recipe::Recipe& recipe,
                                     std::string_view asked);

// Evidence is looked for only where the image has what is asked for, and apt's closure only where it has not; a path
// that no package has is looked for in the file system with all effects.
Answers answer(const Explainer& explainer, const recipe::Recipe& recipe, const std::string& architecture,
               const std::string& asked);

// With `all`, every piece of evidence.
std::string text_of(const Answers& answers, bool all);
nlohmann::ordered_json json_of(const Answers& answers);
// The chains in Graphviz' DOT language, those by which apt would install it dashed. What was asked for is bold.
std::string dot_of(const Answers& answers);

}  // namespace debone::cli
