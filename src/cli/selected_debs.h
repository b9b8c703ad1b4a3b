// The .debs of a selection: brought into the store, and whole there.
#pragma once

#include "cli/build_context.h"
#include "cli/select_packages.h"
#include "cli/stored_debs.h"
#include "resolve/lock.h"

namespace debone::cli {

// `package` is one of the selection, and not left out. Points into the selection.
StoredDeb stored_deb(const resolve::LockedPackage& package, const Selection& selection);

// Brings all of them into the store, those that are there already left alone. Throws Error as archive::fetch() does;
// where a lock named what the archive has otherwise, its hint has the lock's line.
void fetch_debs(const Selection& selection, const BuildContext& context);

// Reads each of them from the store; one that was damaged there is fetched again.
void require_debs(const Selection& selection, const BuildContext& context);

}  // namespace debone::cli
