// The table of effects: what is part of the program, and what the user adds to it to try it or to keep it for himself.
#pragma once

#include <vector>

#include "effects/table.h"

namespace debone::cli {

// Its files, named as below the source ("effects/php.yaml"), and after them those named *.yaml in the folder that
// DEBONE_EFFECTS names. With such a folder the whole is checked: throws Error (usage) where it cannot be read, or an
// entry of it is malformed or contradicts another.
const std::vector<effects::TableFile>& effects_table();

}  // namespace debone::cli
