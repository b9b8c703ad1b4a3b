// The variants of an image that one recipe gives (`variants:`), as users of Google's distroless images know them:
// "nonroot" runs as the user nonroot, "debug" has Debian's busybox-static in /busybox, "debug-nonroot" both. "latest"
// is the recipe as it stands, and always there. They share the recipe's layer; a debug variant has one more.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

inline constexpr std::string_view debug_package = "busybox-static";
inline constexpr std::uint32_t nonroot_id = 65532;

inline constexpr std::array<std::string_view, 4> variant_names{"latest", "nonroot", "debug", "debug-nonroot"};
std::string_view name_of(Variant variant);
bool is_debug(Variant variant);
bool is_nonroot(Variant variant);

// In the order of variant_names, "latest" first whether it is named or not.
std::vector<Variant> read_variants(const Node& node);

// Adds the account and the home of `nonroot` to a recipe with a variant that runs as it, unless the recipe has a user
// of that name. Throws Error (usage) at `node`, the recipe's `variants:`, where that one has another number, or another
// user or group has this one.
void add_nonroot(Recipe& recipe, const Node& node);

}  // namespace debone::recipe
