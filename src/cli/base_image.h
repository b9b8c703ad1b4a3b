// The image that a recipe extends: built from its own recipe, or read from where it lies. Either way it is known by its
// layers alone, so that both give the same image above it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "cli/build_context.h"
#include "debian/package_index.h"
#include "debian/package_record.h"
#include "image/image.h"
#include "package/facts.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::cli {

struct BaseImage {
  std::string name;     // as the recipe has it
  base::Digest digest;  // of its manifest
  image::Config config;
  std::vector<std::shared_ptr<const layer::Layer>> layers;
  tree::Tree tree;                             // of its layers; a file's origin is "base:PACKAGE" or "base"
  std::vector<debian::PackageRecord> records;  // of the packages that it holds, but for those it holds some files of
  std::vector<std::string> finishers;          // that scripts of theirs asked for
  std::vector<std::string> waived;             // what --allow-* let pass for it
};

// `recipe` extends something. Throws Error as building or reading an image does; (usage) where the image is none for
// that architecture. Where the context keeps bases, one is opened once for all that extend it, if their --source are
// the same.
std::shared_ptr<const BaseImage> open_base(const recipe::Recipe& recipe, const std::string& architecture,
                                           const BuildContext& context);

// What the resolver sees of its packages: nothing that they depend on, since the base was made without some of it.
debian::PackageIndex index_of(const BaseImage& base, const std::string& architecture);

// What its files say, as of one package: found once, then kept in the store.
package::Facts facts_of(const BaseImage& base, const std::string& architecture, const BuildContext& context);

// The recipe with what the base's configuration says where it says nothing: as FROM has it in a Dockerfile. Labels are
// not inherited, since they tell of the base.
recipe::Recipe inherit(recipe::Recipe recipe, const image::Config& base);

}  // namespace debone::cli
