#include "cli/build_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/parallel.h"
#include "base/text.h"
#include "cli/selected_debs.h"
#include "cli/stored_debs.h"
#include "effects/effects.h"
#include "evidence/unused_programs.h"
#include "package/deb.h"
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

// The packages of an image, each as far as it is to be in it.
struct Contents {
  std::vector<package::Deb> debs;  // in unpacking order
  std::vector<package::Deb> read;  // what only effects read
};

// Takes out of a lean image what nothing in it could run.
void cut_unused_programs(std::vector<Read>& all, const std::vector<const LockedPackage*>& packages) {
  std::vector<evidence::KeptPackage> kept;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (packages[i]->state == LockedState::read) continue;
    kept.push_back({&all[i].facts, packages[i]->state == LockedState::kept});
    positions.push_back(i);
  }
  std::map<std::size_t, std::set<std::size_t>> cut;
  for (const auto& program : evidence::unused_programs(kept)) cut[positions[program.package]].insert(program.file);
  for (const auto& [position, files] : cut) {
    auto& entries = all[position].deb.entries;
    std::vector<base::TarEntry> left;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!files.contains(i)) left.push_back(std::move(entries[i]));
    }
    entries = std::move(left);
  }
}

Contents contents_of(const Selection& selection, const recipe::Recipe& recipe, const BuildContext& context) {
  const auto packages = selection.architecture.taken();
  auto all = read_all(packages, selection, context);
  if (recipe.closure == recipe::ClosureMode::lean) cut_unused_programs(all, packages);
  std::vector<const debian::PackageRecord*> records;
  for (const auto& one : all) records.push_back(&one.deb.record);
  Contents contents;
  for (const auto position : resolve::unpack_order(records)) {
    auto& to = packages[position]->state == LockedState::read ? contents.read : contents.debs;
    to.push_back(std::move(all[position].deb));
  }
  return contents;
}

std::string told(const Contents& contents) {
  std::uint64_t bytes = 0;
  for (const auto& deb : contents.debs) bytes += deb.data->size();
  return fmt::format("{} of files", base::human_size(bytes));
}

}  // namespace

ImageTree build_tree(const recipe::Recipe& recipe, const Selection& selection, const BuildContext& context) {
  auto& progress = context.progress;
  fetch_debs(selection, context);

  const auto contents = progress.stage(
      "unpack", [&] { return contents_of(selection, recipe, context); }, [](const auto& read) { return told(read); });

  ImageTree image;
  image.tree = progress.stage(
      "assemble", [&] { return tree::assemble(contents.debs); },
      [](const auto& assembled) { return fmt::format("{} paths", assembled.nodes().size()); });
  image.created = context.source_date_epoch.value_or(tree::newest_mtime(image.tree));

  progress.stage(
      "effects",
      [&] {
        effects::apply(image.tree,
                       {&contents.debs, &recipe, selection.architecture.name, image.created, &contents.read}, progress);
        if (context.source_date_epoch) clamp_times(image.tree, image.created);
        return image.tree.nodes().size();
      },
      [](std::size_t paths) { return fmt::format("{} paths", paths); });
  return image;
}

}  // namespace debone::cli
