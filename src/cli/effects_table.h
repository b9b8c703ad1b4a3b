// The table of effects that is part of the program.
#pragma once

#include <vector>

#include "effects/table.h"

namespace debone::cli {

// Its files, named as below the source: "effects/php.yaml".
const std::vector<effects::TableFile>& effects_table();

}  // namespace debone::cli
