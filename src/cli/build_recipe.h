// A recipe to its images for one architecture, by its lock or by resolving: what `debone build` and `debone stack`
// share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/build_context.h"
#include "cli/build_image.h"
#include "cli/lock_file.h"
#include "cli/select_packages.h"
#include "recipe/recipe.h"

namespace debone::cli {

// The images, and what they were made of.
struct Built {
  Selection selection;
  BuiltImage image;
};

// `what` is what the user typed for the recipe; the lock, if there is one, must outlive the answer. Throws Error, with
// what is built as its frame.
Built build_recipe(const recipe::Recipe& recipe, const std::string& what, const std::optional<LockFile>& lock,
                   const std::string& architecture, const std::vector<recipe::Variant>& variants,
                   const BuildContext& context);

// The date that SOURCE_DATE_EPOCH sets. Throws Error (usage) where that is none.
std::optional<std::int64_t> source_date_epoch();

}  // namespace debone::cli
