#include "cli/build_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/parallel.h"
#include "base/text.h"
#include "cli/cut_packages.h"
#include "cli/effects_table.h"
#include "cli/init_program.h"
#include "cli/selected_debs.h"
#include "cli/stored_debs.h"
#include "effects/debug_tools.h"
#include "effects/effects.h"
#include "evidence/kinds.h"
#include "package/deb.h"
#include "package/file_sums.h"
#include "package/leave_out.h"
#include "recipe/variants.h"
#include "resolve/solve.h"
#include "tree/assemble.h"

namespace debone::cli {
namespace {

using resolve::LockedPackage;
using resolve::LockedState;

struct Read {
  package::Deb deb;
  package::Facts facts;
};

// One package's files. Of one that is only read no file is in the image.
Read read(const LockedPackage& package, const Selection& selection, const BuildContext& context) {
  const auto stored = stored_deb(package, selection);
  auto deb = read_deb(stored, context);
  auto facts = facts_of(deb, stored, context);
  if (package.state != LockedState::read) package::sum_files(deb);
  return {std::move(deb), std::move(facts)};
}

// Sorted by name.
std::vector<Read> read_all(const std::vector<const LockedPackage*>& packages, const Selection& selection,
                           const BuildContext& context) {
  // The largest first, so that no thread is left with a big one at the end.
  std::vector<std::size_t> largest_first(packages.size());
  std::iota(largest_first.begin(), largest_first.end(), 0U);
  std::ranges::stable_sort(largest_first, std::ranges::greater(), [&](auto i) { return packages[i]->size; });
  std::vector<Read> all(packages.size());
  base::parallel_for(all.size(), context.archive.jobs, [&](std::size_t i) {
    all[largest_first[i]] = read(*packages[largest_first[i]], selection, context);
  });
  return all;
}

// https://reproducible-builds.org/specs/source-date-epoch/: nothing in the image is newer than it.
void clamp_times(tree::Tree& tree, std::int64_t newest) {
  std::vector<base::RelPath> newer;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.mtime > newest) newer.push_back(path);
  }
  for (const auto& path : newer) tree.at(path).mtime = newest;
}

struct Cut {
  std::vector<evidence::CutTotal> totals;
  std::set<std::string> names;
};

// Takes what is cut out of the packages. Configuration that names what is not there any more is a warning.
Cut cut(std::vector<Read>& all, const std::vector<const LockedPackage*>& packages, const recipe::Recipe& recipe,
        base::Events& events) {
  std::vector<const package::Facts*> facts;
  for (const auto& one : all) facts.push_back(&one.facts);
  auto found = cut_packages(evidence::Cuts(recipe), recipe, packages, facts);
  std::vector<std::vector<std::size_t>> entries(all.size());
  Cut cut;
  for (const auto& one : found.cuts) {
    entries[one.package].push_back(one.file);
    cut.names.emplace(evidence::last_component(all[one.package].facts.files[one.file].path));
  }
  for (std::size_t i = 0; i < all.size(); ++i) package::leave_out(all[i].deb, entries[i]);
  for (const auto& warning : found.warnings) events.warning(warning);
  cut.totals = std::move(found.totals);
  return cut;
}

// The packages of an image, each as far as it is to be in it.
struct Contents {
  std::vector<package::Deb> debs;  // in unpacking order
  std::vector<package::Deb> read;  // what only effects read
};

// Nothing is configured of a package that files are taken of, and its record says that they are not all.
void make_partial(package::Deb& deb, const recipe::Recipe& recipe) {
  std::erase_if(deb.control_files, [](const auto& file) { return file.first != "md5sums"; });
  const auto files = std::ranges::find(
      recipe.files, deb.record.name, [](const recipe::PackageFiles& each) -> const auto& { return each.package.name; });
  if (!deb.control.ends_with('\n')) deb.control += '\n';
  deb.control += fmt::format("{}: {}\n", package::files_field, base::join(files->paths, " "));
}

Contents contents_of(std::vector<Read> all, const std::vector<const LockedPackage*>& packages,
                     const recipe::Recipe& recipe) {
  std::vector<const debian::PackageRecord*> records;
  for (const auto& one : all) records.push_back(&one.deb.record);
  Contents contents;
  for (const auto position : resolve::unpack_order(records)) {
    if (packages[position]->state == LockedState::files) make_partial(all[position].deb, recipe);
    auto& to = packages[position]->state == LockedState::read ? contents.read : contents.debs;
    to.push_back(std::move(all[position].deb));
  }
  return contents;
}

base::Error not_accounted_for(std::size_t scripts) {
  return base::Error(base::Exit::does_not_hold, fmt::format("{} maintainer script{} not accounted for (--strict)",
                                                            scripts, scripts == 1 ? " is" : "s are"))
      .hint("`debone scripts --open RECIPE` shows them; the recipe's `effects:` can speak for a package");
}

std::string told(const std::vector<Read>& all) {
  std::uint64_t bytes = 0;
  for (const auto& one : all) bytes += one.deb.data->size();
  return fmt::format("{} of files", base::human_size(bytes));
}

// The .deb of the debug variants, read; nothing where the recipe has none.
std::optional<package::Deb> debug_deb(const recipe::Recipe& recipe, const Selection& selection,
                                      const BuildContext& context) {
  if (std::ranges::none_of(recipe.variants, recipe::is_debug)) return std::nullopt;
  const auto* package = selection.architecture.debug();
  if (package == nullptr) {
    throw base::Error(base::Exit::usage, fmt::format("the lock has no package in the state 'debug' for {}, and the "
                                                     "recipe has debug variants",
                                                     selection.architecture.name))
        .at(recipe.variants_place.str())
        .hint("`debone update RECIPE` resolves anew");
  }
  return read_deb(stored_deb(*package, selection), context);
}

std::shared_ptr<const BaseImage> base_of(const recipe::Recipe& recipe, const Selection& selection,
                                         const BuildContext& context) {
  if (!recipe.extends || selection.base != nullptr) return selection.base;
  auto base = open_base(recipe, selection.architecture.name, context);
  const auto& locked = selection.architecture.base;
  if (locked && *locked != base->digest) {
    throw base::Error(base::Exit::usage, fmt::format("the base '{}' is {} now, and {} in {}", base->name,
                                                     base->digest.oci(), locked->oci(), selection.lock->inputs.file))
        .at(recipe.extends->place.str())
        .hint("`debone update RECIPE` takes the base as it is now");
  }
  return base;
}

}  // namespace

ImageTree build_tree(const recipe::Recipe& own, const Selection& selection, const BuildContext& context) {
  auto& progress = context.progress;
  if (own.init) require_init_program(own, selection.architecture.name);
  ImageTree image;
  image.base = base_of(own, selection, context);
  image.recipe = image.base != nullptr ? inherit(own, image.base->config) : own;
  const auto& recipe = image.recipe;
  const auto packages = selection.architecture.taken();
  fetch_debs(selection, context);

  auto all = progress.stage(
      "unpack", [&] { return read_all(packages, selection, context); }, [](const auto& read) { return told(read); });

  auto cuts = progress.stage(
      "cut", [&] { return cut(all, packages, recipe, progress); },
      [](const auto& done) { return summary_of(done.totals); });
  image.cut = std::move(cuts.totals);
  image.cut_names = std::move(cuts.names);
  const auto contents = contents_of(std::move(all), packages, recipe);

  image.tree = progress.stage(
      "assemble",
      [&] {
        return image.base == nullptr ? tree::assemble(contents.debs)
                                     : tree::assemble(contents.debs, image.base->tree, image.base->records);
      },
      [](const auto& assembled) { return fmt::format("{} paths", assembled.nodes().size()); });
  const auto newest = std::max(tree::newest_mtime(image.tree), image.base != nullptr ? image.base->config.created : 0);
  image.created = context.source_date_epoch.value_or(newest);

  progress.stage(
      "effects",
      [&] {
        effects::Input input{&contents.debs, &recipe,        selection.architecture.name,
                             image.created,  &contents.read, effects_table()};
        input.without = context.without_finisher;
        if (image.base != nullptr) {
          input.base = &image.base->tree;
          input.base_finishers = image.base->finishers;
        }
        auto applied = effects::apply(image.tree, input, progress);
        if (recipe.init) add_init_program(image.tree, selection.architecture.name, image.created);
        if (applied.open > 0 && context.strict) throw not_accounted_for(applied.open);
        image.finishers = std::move(applied.finishers);
        if (context.source_date_epoch) clamp_times(image.tree, image.created);
        return image.tree.nodes().size();
      },
      [](std::size_t paths) { return fmt::format("{} paths", paths); });

  if (const auto deb = debug_deb(recipe, selection, context)) {
    image.debug = effects::debug_tools(*deb, image.tree, image.created, progress);
    if (context.source_date_epoch) clamp_times(*image.debug, image.created);
  }
  return image;
}

}  // namespace debone::cli
