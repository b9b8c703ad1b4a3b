// The recipe's `init:` block: what debone-init does in the image, as the text of its configuration. The text is judged
// by debone-init's own parser (src/init), so that what a build accepts the container accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {

inline constexpr std::string_view init_package = "debone-init";  // as the image's package records name it
inline constexpr std::string_view init_program = "/usr/sbin/debone-init";
inline constexpr std::string_view init_config = "/etc/debone/init.conf";

// The image's Entrypoint. What a user of the image adds to it stands behind the `--`, and is a command or its
// arguments, whatever it says.
std::vector<std::string> init_entrypoint();

// Makes debone-init start the image of `recipe`, of which all else has been read: its configuration becomes the first
// of the paths, the entrypoint its command, the stop signal what it passes on. `root` is the whole recipe, with an
// `init`. Throws Error (usage) at the place of what is wrong.
void add_init(Recipe& recipe, const Node& root);

// What debone-init does by that configuration in an image with that Cmd. Programs whose name holds a variable, or whose
// PATH is their own, are left out. Throws Error (does_not_hold) where the text is no configuration.
Init init_of(std::string_view text, const std::vector<std::string>& cmd);

}  // namespace debone::recipe
