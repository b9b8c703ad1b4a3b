// `debone stack NAME backup FILE` and `restore FILE`: between a stack's containers and a backup file (stack/backup.h).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "cli/find_stack.h"
#include "stack/backup.h"
#include "stack/engine.h"

namespace debone::cli {

// The parts that a backup of the stack has. Throws Error (usage) where it has none.
const stack::BackupParts& parts_of(const FoundStack& found);

// Throws Error where a container is not there, a dump fails or is not whole; the file is then not written.
void back_up(const FoundStack& found, const stack::Engine& engine, const std::filesystem::path& file);

// Throws Error (usage) where the stack has volumes, which nobody writes over.
void require_no_volumes(const FoundStack& found, const stack::Engine& engine);

// Throws Error (does_not_hold) where the stack, whose files are there, works with a database that is not its own.
void require_own_database(const FoundStack& found, const stack::Compose& compose);

// Into a stack that has no volumes: its folders, then the database, which is started for that.
void restore(const FoundStack& found, const stack::Compose& compose, const stack::StoredBackup& backup,
             std::chrono::milliseconds patience);

}  // namespace debone::cli
