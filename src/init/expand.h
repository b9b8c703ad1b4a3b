// Variables in words and in templates. Strict: what is not set, or is not closed, is a Failure.
#pragma once

#include <string>
#include <string_view>

#include "init/environment.h"

namespace debone::init {

// $NAME, ${NAME}, ${NAME:-default}; $$ is a dollar sign, and no other may stand alone.
std::string expand_word(std::string_view word, const Environment& environment);

// ${NAME} and ${NAME:-default} alone: any other dollar sign stays; $${ is ${. Errors give the line of `text`.
std::string expand_template(std::string_view text, const Environment& environment);

// Throws Failure where expand_word would, whatever the environment.
void check_word(std::string_view word);
void check_template(std::string_view text);

}  // namespace debone::init
