#include "cli/selected_debs.h"

#include <fmt/format.h>

#include <algorithm>

#include "archive/url.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"

namespace debone::cli {
namespace {

const archive::Wanted* wanted_of(const resolve::LockedPackage& package, const Selection& selection) {
  const auto at = std::ranges::find(selection.debs, package.sha256, &archive::Wanted::sha256);
  return at == selection.debs.end() ? nullptr : &*at;
}

// The error of a .deb that is not what it should be; where a lock says what it should be, either may be wrong.
base::Error with_line(const base::Error& error, const Selection& selection) {
  if (selection.lock == nullptr || error.code() != base::Exit::trust) return error;
  for (const auto* package : selection.architecture.taken()) {
    const auto* wanted = wanted_of(*package, selection);
    if (wanted == nullptr || archive::shown_url(archive::join_url(wanted->base_url, wanted->filename)) != error.place())
      continue;
    return base::Error(error.code(), error.message()).at(error.place()).hint(hint_at_line(package->place));
  }
  return error;
}

}  // namespace

StoredDeb stored_deb(const resolve::LockedPackage& package, const Selection& selection) {
  return {package.id(),   selection.architecture.name,   package.size,
          package.sha256, wanted_of(package, selection), selection.lock == nullptr ? nullptr : &package.place};
}

void fetch_debs(const Selection& selection, const BuildContext& context) {
  context.progress.stage(
      "fetch",
      [&] {
        try {
          archive::fetch(selection.debs, context.store, context.archive, context.progress);
        } catch (const base::Error& error) {
          throw with_line(error, selection);
        }
        std::uint64_t bytes = 0;
        for (const auto* package : selection.architecture.taken()) bytes += package->size;
        return bytes;
      },
      [](std::uint64_t bytes) { return fmt::format("{} of .debs in the store", base::human_size(bytes)); });
}

void require_debs(const Selection& selection, const BuildContext& context) {
  const auto packages = selection.architecture.taken();
  base::parallel_for(packages.size(), context.archive.jobs,
                     [&](std::size_t i) { require_deb(stored_deb(*packages[i], selection), context); });
}

}  // namespace debone::cli
