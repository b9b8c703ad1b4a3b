// From what a recipe's sources have to the packages that its image takes: resolved as apt would, and each kept or left
// out by the evidence. Also `debone lock --check` asks here, of what the sources had when a lock was made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "cli/base_image.h"
#include "cli/build_context.h"
#include "cli/select_packages.h"
#include "recipe/recipe.h"

namespace debone::cli {

// `suites` are all those of the recipe's sources; `base` is what it extends, or null. Throws Error as resolve::solve(),
// archive::fetch() and evidence::closure() do.
Selection resolve_packages(std::vector<archive::Suite> suites, const recipe::Recipe& recipe,
                           const std::string& architecture, const std::shared_ptr<const BaseImage>& base,
                           const BuildContext& context);

}  // namespace debone::cli
