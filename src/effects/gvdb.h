// GVDB, the hash table in a file that GLib keeps compiled schemas in (subprojects/gvdb in GLib's source). Its writer
// has no order of its own but that of GHashTable: it is followed here, so that the bytes are those of the real tool.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace debone::effects {

struct GvdbTable {
  struct Entry;
  std::vector<Entry> entries;  // in the order of insertion; keys differ and are not empty
};

struct GvdbTable::Entry {
  std::string key;
  std::variant<std::string, GvdbTable> value;  // a serialised variant of type `v`, little-endian; or a table
  bool listed = true;                          // among the children of the table's root ""
};

// The file's bytes. Throws Error (trust) where a key is over 65535 bytes or the file over 4 GiB.
std::string gvdb_file(const GvdbTable& table);

}  // namespace debone::effects
