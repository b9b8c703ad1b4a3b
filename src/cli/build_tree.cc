#include "cli/build_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "effects/effects.h"
#include "package/deb.h"
#include "resolve/solve.h"
#include "tree/assemble.h"

namespace debone::cli {
namespace {

using resolve::LockedPackage;
using resolve::LockedState;

constexpr std::uint64_t largest_data = 8ULL << 30U;  // what one data.tar may decompress to

// Those whose .debs are read, sorted by name.
std::vector<const LockedPackage*> taken(const Selection& selection) {
  std::vector<const LockedPackage*> packages;
  for (const auto& package : selection.architecture.packages) {
    if (package.state != LockedState::left_out) packages.push_back(&package);
  }
  return packages;
}

// The .deb's bytes, verified. A copy that was damaged in the store is gone by then, and fetched once more.
std::string bytes_of(const LockedPackage& package, const Selection& selection, const BuildContext& context) {
  auto bytes = context.store.read(package.sha256, package.size);
  const auto wanted = std::ranges::find(selection.debs, package.sha256, &archive::Wanted::sha256);
  if (!bytes && wanted != selection.debs.end()) {
    archive::fetch({*wanted}, context.store, context.archive, context.progress);
    bytes = context.store.read(package.sha256, package.size);
  }
  if (!bytes) {
    throw base::Error(base::Exit::trust, "the copy in the store is damaged as soon as it is written")
        .at(fmt::format("{}.deb", package.id()))
        .hint("the disk may be failing; DEBONE_STORE names another place");
  }
  return *std::move(bytes);
}

package::Deb read_deb(const LockedPackage& package, const Selection& selection, const BuildContext& context) {
  const auto place = fmt::format("{}.deb", package.id());
  auto deb = package::read_deb(bytes_of(package, selection, context), selection.architecture.name, place, largest_data);
  // The index is signed and the lock reviewed, the .deb's own control data is merely covered by its hash: they must
  // speak of one package.
  if (deb.record.id() != package.id()) {
    throw base::Error(base::Exit::trust, fmt::format("the package inside calls itself {}", deb.record.id())).at(place);
  }
  return deb;
}

// In unpacking order.
std::vector<package::Deb> read_debs(const Selection& selection, const BuildContext& context) {
  const auto packages = taken(selection);
  // The largest first, so that no thread is left with a big one at the end.
  std::vector<std::size_t> largest_first(packages.size());
  std::iota(largest_first.begin(), largest_first.end(), 0U);
  std::ranges::stable_sort(largest_first, std::ranges::greater(), [&](auto i) { return packages[i]->size; });
  std::vector<package::Deb> debs(packages.size());
  base::parallel_for(debs.size(), context.archive.jobs, [&](std::size_t i) {
    debs[largest_first[i]] = read_deb(*packages[largest_first[i]], selection, context);
  });
  std::vector<const debian::PackageRecord*> records;
  for (const auto& deb : debs) records.push_back(&deb.record);
  std::vector<package::Deb> ordered;
  for (const auto position : resolve::unpack_order(records)) ordered.push_back(std::move(debs[position]));
  return ordered;
}

// https://reproducible-builds.org/specs/source-date-epoch/: nothing in the image is newer than it.
void clamp_times(tree::Tree& tree, std::int64_t newest) {
  std::vector<base::RelPath> newer;
  for (const auto& [path, node] : tree.nodes()) {
    if (node.mtime > newest) newer.push_back(path);
  }
  for (const auto& path : newer) tree.at(path).mtime = newest;
}

std::string told(const std::vector<package::Deb>& debs) {
  std::uint64_t bytes = 0;
  for (const auto& deb : debs) bytes += deb.data->size();
  return fmt::format("{} of files", base::human_size(bytes));
}

}  // namespace

ImageTree build_tree(const recipe::Recipe& recipe, const Selection& selection, const BuildContext& context) {
  auto& progress = context.progress;
  progress.stage(
      "fetch",
      [&] {
        archive::fetch(selection.debs, context.store, context.archive, progress);
        std::uint64_t bytes = 0;
        for (const auto* package : taken(selection)) bytes += package->size;
        return bytes;
      },
      [](std::uint64_t bytes) { return fmt::format("{} of .debs in the store", base::human_size(bytes)); });

  const auto debs = progress.stage(
      "inspect", [&] { return read_debs(selection, context); }, [](const auto& read) { return told(read); });

  ImageTree image;
  image.tree = progress.stage(
      "assemble", [&] { return tree::assemble(debs); },
      [](const auto& assembled) { return fmt::format("{} paths", assembled.nodes().size()); });
  image.created = context.source_date_epoch.value_or(tree::newest_mtime(image.tree));

  progress.stage(
      "effects",
      [&] {
        effects::apply(image.tree, {&debs, &recipe, selection.architecture.name, image.created}, progress);
        if (context.source_date_epoch) clamp_times(image.tree, image.created);
        return image.tree.nodes().size();
      },
      [](std::size_t paths) { return fmt::format("{} paths", paths); });
  return image;
}

}  // namespace debone::cli
