// stack::read_backup: a file that somebody says is a backup of the stack. What is taken of it goes into volumes: each
// name stays below its folder, and what is written of it reads as the same again.
#include <string>

#include "base/rel_path.h"
#include "base/tar_reader.h"
#include "fuzz.h"
#include "stack/backup.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  stack::BackupParts parts;
  parts.database = stack::Database{"db", {"dump"}, {"load"}, "-- Dump completed", {}, {}};
  parts.folders = {{"keys", *base::RelPath::parse("etc/keys")}};
  fuzz::let_refuse([&] {
    const auto backup = stack::read_backup(fuzz::text_of(data, size), "shop", parts);
    fuzz::require(backup.database && backup.folders.size() == 1);
    for (const auto& folder : backup.folders) {
      std::string tar;
      stack::write_folder(folder, [&](std::string_view bytes) { tar += bytes; });
      const auto entries = base::read_tar(tar);
      fuzz::require(entries.size() == folder.entries.size());
      for (std::size_t i = 0; i < entries.size(); ++i) {
        fuzz::require(base::RelPath::parse(entries[i].name).has_value());
        fuzz::require(entries[i].name == folder.entries[i].name && entries[i].content == folder.entries[i].content);
      }
    }
  });
  return 0;
}
