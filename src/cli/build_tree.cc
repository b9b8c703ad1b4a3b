#include "cli/build_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/parallel.h"
#include "base/text.h"
#include "cli/cut_packages.h"
#include "cli/effects_table.h"
#include "cli/selected_debs.h"
#include "cli/stored_debs.h"
#include "effects/debug_tools.h"
#include "effects/effects.h"
#include "package/deb.h"
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

// Takes what is cut out of the packages. Configuration that names what is not there any more is a warning.
std::vector<evidence::CutTotal> cut(std::vector<Read>& all, const std::vector<const LockedPackage*>& packages,
                                    const recipe::Recipe& recipe, base::Events& events) {
  std::vector<const package::Facts*> facts;
  for (const auto& one : all) facts.push_back(&one.facts);
  auto found = cut_packages(evidence::Cuts(recipe), recipe, packages, facts);
  std::vector<std::vector<std::size_t>> entries(all.size());
  for (const auto& one : found.cuts) entries[one.package].push_back(one.file);
  for (std::size_t i = 0; i < all.size(); ++i) package::leave_out(all[i].deb, entries[i]);
  for (const auto& warning : found.warnings) events.warning(warning);
  return std::move(found.totals);
}

// The packages of an image, each as far as it is to be in it.
struct Contents {
  std::vector<package::Deb> debs;  // in unpacking order
  std::vector<package::Deb> read;  // what only effects read
};

Contents contents_of(std::vector<Read> all, const std::vector<const LockedPackage*>& packages) {
  std::vector<const debian::PackageRecord*> records;
  for (const auto& one : all) records.push_back(&one.deb.record);
  Contents contents;
  for (const auto position : resolve::unpack_order(records)) {
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

}  // namespace

ImageTree build_tree(const recipe::Recipe& recipe, const Selection& selection, const BuildContext& context) {
  auto& progress = context.progress;
  const auto packages = selection.architecture.taken();
  fetch_debs(selection, context);

  auto all = progress.stage(
      "unpack", [&] { return read_all(packages, selection, context); }, [](const auto& read) { return told(read); });

  ImageTree image;
  image.cut = progress.stage(
      "cut", [&] { return cut(all, packages, recipe, progress); },
      [](const auto& totals) { return summary_of(totals); });
  const auto contents = contents_of(std::move(all), packages);

  image.tree = progress.stage(
      "assemble", [&] { return tree::assemble(contents.debs); },
      [](const auto& assembled) { return fmt::format("{} paths", assembled.nodes().size()); });
  image.created = context.source_date_epoch.value_or(tree::newest_mtime(image.tree));

  progress.stage(
      "effects",
      [&] {
        const auto open = effects::apply(image.tree,
                                         {&contents.debs, &recipe, selection.architecture.name, image.created,
                                          &contents.read, effects_table(), context.without_finisher},
                                         progress);
        if (open > 0 && context.strict) throw not_accounted_for(open);
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
