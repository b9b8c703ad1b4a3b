// The answers to debconf's questions on a first installation without a person (debconf-devel(7)): what the recipe says
// under `debconf:`, else the default in the template of the package that asks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "effects/step.h"
#include "package/deb.h"
#include "recipe/recipe.h"

namespace debone::effects {

// The questions in a package's `templates` with their defaults, those without one empty. Throws Error (trust) where it
// is malformed.
std::map<std::string, std::string> questions_of(const package::Deb& deb);

// What "{debconf:QUESTION}" in the package's steps stands for. A question that the recipe does not answer and that has
// no default is no word. "{stated:QUESTION}" is one where the recipe answers: no script's own answer goes before that.
Words words_of_answers(const package::Deb& deb, const std::vector<recipe::DebconfAnswer>& answers);

// Throws Error (usage) at an answer of the recipe where none of the packages asks the question, or where the template's
// choices do not have the answer.
void require_questions(const std::vector<recipe::DebconfAnswer>& answers,
                       const std::vector<const package::Deb*>& packages);

}  // namespace debone::effects
