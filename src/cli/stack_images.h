// The images of a stack: those that the engine lacks are built and given to it.
#pragma once

#include "cli/archive_options.h"
#include "cli/find_stack.h"
#include "cli/progress.h"
#include "stack/engine.h"

namespace debone::cli {

// Builds those that the engine lacks, or `all`, and loads them together, so that it gets all or none. The stack's files
// must be there. Throws Error as `debone build` does, and (usage) where the engine has an image of such a name that is
// not debone's.
void provide_images(const FoundStack& found, const stack::Engine& engine, const ArchiveOptions& options, bool all,
                    Progress& progress);

}  // namespace debone::cli
