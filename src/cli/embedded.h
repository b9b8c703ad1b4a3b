// Files that are part of the program, so that it works when it is copied alone: the catalog's recipes, the table of
// effects, the templates of what `debone new` writes, the stacks, and debone-init.
#pragma once

#include <span>
#include <string_view>

namespace debone::cli {

struct EmbeddedFile {
  std::string_view path;  // below its folder in the source: "bookworm/php-fpm.yaml"
  std::string_view content;
};

// catalog/**/*.yaml, sorted by path.
std::span<const EmbeddedFile> embedded_catalog();
// effects/*.yaml, likewise.
std::span<const EmbeddedFile> embedded_effects();
// templates/**, likewise: what `debone new` writes.
std::span<const EmbeddedFile> embedded_templates();
// stacks/NAME/**, likewise; NAME/include/ has what stacks/include/ has.
std::span<const EmbeddedFile> embedded_stacks();

// debone-init for an architecture by Debian's name; empty where this debone has none.
std::string_view embedded_init(std::string_view architecture);

}  // namespace debone::cli
