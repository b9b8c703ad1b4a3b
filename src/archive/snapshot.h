// Where superseded versions are found once the mirrors have dropped them: an archive that serves the repository as it
// was at a time, as snapshot.debian.org does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace debone::archive {

// The repository's roots, with a trailing slash, at `date` (seconds since 1970 UTC) and at some times in the week after
// it, in that order: a snapshot is made hours after the Release whose Date it is asked for, so that what stands at
// exactly that time may be the state before it. `snapshot` has a trailing slash, too.
std::vector<std::string> snapshot_roots(const std::string& snapshot, std::int64_t date);

}  // namespace debone::archive
