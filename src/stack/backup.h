// A backup of a stack: one tar, uncompressed, of plain files in this order:
//   backup.json      what it is of and when it was made, and of each other file its size and SHA-256
//   database.sql     what the database's dump command wrote, where the stack has one
//   folders/N.tar    a folder of a volume, N from 0, as the engine's `cp` gives it: names begin with the folder's own
// Reading is strict, since a backup comes from anywhere: nothing is taken of one that is not whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tar_reader.h"
#include "stack/description.h"
#include "stack/spool.h"

namespace debone::stack {

// What a backup is made of.
struct Collected {
  const Spool* database = nullptr;
  struct One {
    Folder folder;
    const Spool* tar = nullptr;
  };
  std::vector<One> folders;
};

// Writes it (mode 0600) as a whole or not at all. `created` is in seconds since 1970 UTC.
void write_backup(const std::filesystem::path& file, const std::string& stack, std::int64_t created,
                  const Collected& collected);

struct StoredFolder {
  Folder folder;
  // Directories and plain files, each below a directory that comes before it; the names are relative to the folder and
  // have no slash at an end.
  std::vector<base::TarEntry> entries;
};

struct StoredBackup {
  std::string created;  // RFC 3339
  std::optional<std::string_view> database;
  std::vector<StoredFolder> folders;  // in the order of the description
};

// The backup that `bytes`, which must outlive it, are. Throws Error (trust) where they are no whole backup of the very
// parts that `parts` names, (usage) where they are another stack's.
StoredBackup read_backup(std::string_view bytes, const std::string& stack, const BackupParts& parts);

// A folder's tar as the engine's `cp` takes it for that folder, in pieces.
void write_folder(const StoredFolder& folder, const std::function<void(std::string_view)>& take);

// Throws Error (does_not_hold) where a dump does not end as it must.
void require_end(std::string_view tail, const Database& database);
// So many bytes of a dump's end tell.
inline constexpr std::size_t longest_dump_end = 4096;

// The entries of a tar that the engine's `cp` gave of that folder. Throws Error (trust) where it holds anything but
// directories and plain files of that folder.
std::vector<base::TarEntry> read_folder(std::string_view tar, const Folder& folder);

}  // namespace debone::stack
