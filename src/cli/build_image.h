// From a recipe to an image for one architecture: the flow of docs/architecture.md as a paragraph of stages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "check/check.h"
#include "cli/progress.h"
#include "image/image.h"
#include "recipe/recipe.h"
#include "store/store.h"
#include "tree/tree.h"

namespace debone::cli {

struct BuildContext {
  store::Store& store;
  archive::Options archive;  // its jobs are every stage's
  std::optional<std::int64_t> source_date_epoch;
  bool wants_layers = true;  // a plain directory needs the tree instead
  Progress& progress;
};

struct BuiltPackage {
  std::string name;
  std::string version;
  std::string architecture;
  std::string source;  // the suite or file it came from: "trixie-security"
  std::string reason;  // "Depends: libc6 (>= 2.41) of php8.4-cli", or "the recipe"
};

// What an image for one architecture came to.
struct BuiltImage {
  image::Image image;
  tree::Tree tree;           // where no layers were wanted
  std::string architecture;  // Debian's name
  std::vector<BuiltPackage> packages;
  std::uint64_t tar_size = 0;         // bytes of the layers' tars
  std::uint64_t compressed_size = 0;  // bytes of the layers
  std::uint64_t apt_size = 0;    // what apt would install for the same request, Essential included; by Installed-Size
  std::size_t apt_packages = 0;  // likewise
  std::vector<check::Finding> findings;
  std::vector<std::string> waived;  // what --allow-* let pass
};

// Throws Error; a check that fails is one (does_not_hold).
BuiltImage build_image(const recipe::Recipe& recipe, const std::string& architecture, const BuildContext& context);

}  // namespace debone::cli
