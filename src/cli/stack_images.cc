#include "cli/stack_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/build_recipe.h"
#include "cli/find_recipe.h"
#include "cli/host.h"
#include "cli/lock_file.h"
#include "image/image.h"
#include "recipe/load.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

// What an image of the stack is built from.
struct Wanted {
  std::string image;
  std::string what;  // as `debone build` would be told
  recipe::Recipe recipe;
};

Wanted wanted_of(const FoundStack& found, const stack::ImageRecipe& image) {
  try {
    if (!image.is_file) return {image.image, image.recipe, catalog_recipe(image.recipe)};
    const auto file = (found.folder / image.recipe).lexically_normal().string();
    return {image.image, file, recipe::load(file, catalog_text)};
  } catch (Error& error) {
    error.place_if_none(image.place);
    throw;
  }
}

std::vector<Wanted> wanted(const FoundStack& found, const stack::Engine& engine, bool all) {
  std::vector<Wanted> images;
  for (const auto& image : found.description.images) {
    const auto state = engine.image(image.image);
    if (!all && state == stack::Engine::ImageState::foreign) {
      throw Error(Exit::usage, fmt::format("the engine has an image '{}' that debone did not make", image.image))
          .at(image.place)
          .hint("--build puts the stack's own in its place; or remove it, or give it another name");
    }
    if (all || state == stack::Engine::ImageState::missing) images.push_back(wanted_of(found, image));
  }
  return images;
}

std::string name_of_source(const std::string& spec) { return spec.substr(0, spec.find('=')); }

bool has_source(const recipe::Recipe& recipe, const std::string& name) {
  return std::ranges::any_of(recipe.sources, [&](const recipe::Source& source) {
    const auto* apt = std::get_if<recipe::AptSource>(&source.what);
    return apt != nullptr && apt->name == name;
  });
}

// Each --source is of a recipe of the stack, and of one that has none of that name it is kept away.
ArchiveOptions options_for(const Wanted& image, ArchiveOptions options) {
  std::erase_if(options.sources, [&](const auto& spec) { return !has_source(image.recipe, name_of_source(spec)); });
  return options;
}

void require_sources(const FoundStack& found, const ArchiveOptions& options) {
  for (const auto& spec : options.sources) {
    const bool is_known = std::ranges::any_of(found.description.images, [&](const auto& image) {
      return has_source(wanted_of(found, image).recipe, name_of_source(spec));
    });
    if (is_known) continue;
    throw Error(Exit::usage, fmt::format("--source names '{}', but no recipe of the stack '{}' has such a source",
                                         name_of_source(spec), found.name));
  }
}

// The first of a recipe's variants, which is the recipe as it stands.
image::Image build(const Wanted& image, const std::string& architecture, const ArchiveOptions& options,
                   store::Store& store, OpenedBases& bases, Progress& progress) {
  const auto own = options_for(image, options);
  const auto lock = find_lock(image.what, image.recipe, own.offline);
  const BuildContext context{.store = store,
                             .archive = archive_options(own, image.recipe),
                             .source_date_epoch = source_date_epoch(),
                             .progress = progress,
                             .bases = &bases};
  auto built = build_recipe(image.recipe, image.what, lock, architecture, {recipe::Variant::latest}, context);
  for (const auto& waived : built.selection.waived) progress.warning(fmt::format("{}: waived {}", image.what, waived));
  return std::move(built.image.variants.at(0));
}

}  // namespace

void provide_images(const FoundStack& found, const stack::Engine& engine, const ArchiveOptions& options, bool all,
                    Progress& progress) {
  require_sources(found, options);
  const auto images = wanted(found, engine, all);
  if (images.empty()) return;
  const auto architecture = image::debian_architecture_of({engine.architecture(), ""}).value_or(host_architecture());
  const base::TempDir folder("debone-stack");
  const auto archive = folder.path() / "images.tar";
  store::Store store(store::Store::default_root());
  OpenedBases bases;
  std::vector<image::Named> named;
  for (const auto& one : images) {
    image::require_docker_target(archive, one.image);
    named.push_back({one.image, {build(one, architecture, options, store, bases, progress)}});
  }
  progress.stage(
      "load",
      [&] {
        image::write_docker_archive(archive, named);
        engine.load(archive);
        return named.size();
      },
      [](std::size_t count) { return fmt::format("{} images", count); });
}

}  // namespace debone::cli
