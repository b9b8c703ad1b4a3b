// What a debug variant of an image has beside the image itself, for a layer of its own: Debian's busybox-static as
// /busybox/busybox, a link beside it for each of its applets, its copyright file and its package record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/events.h"
#include "package/deb.h"
#include "tree/tree.h"

namespace debone::effects {

// The names of a busybox's applets, as `busybox --list` prints them: a list in its data in the order of bytes, each
// name ended by a NUL, that begins with "[" and "[[". Empty where there is none.
std::vector<std::string> applets_of(std::string_view program);

// Directories that `image` has are as they are there. What is made has the time `created`. Throws Error (trust) where
// the package has no program, or that has no applets.
tree::Tree debug_tools(const package::Deb& busybox, const tree::Tree& image, std::int64_t created,
                       base::Events& events);

}  // namespace debone::effects
