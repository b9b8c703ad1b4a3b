// Files that are part of the program, so that it works when it is copied alone: the catalog's recipes, the table of
// effects, and the templates of what `debone new` writes.
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

}  // namespace debone::cli
