// .debs in the store: their bytes, and the facts of each, found once and kept beside them.
#pragma once

#include <optional>
#include <string>

#include "cli/build_context.h"
#include "package/deb.h"
#include "package/facts.h"
#include "recipe/recipe.h"

namespace debone::cli {

// A .deb that the store holds, or can get again.
struct StoredDeb {
  std::string id;            // "libc6_2.41-12_amd64": what it must call itself
  std::string architecture;  // Debian's name of what it is read for
  std::uint64_t size = 0;    // bytes
  base::Digest sha256;
  const archive::Wanted* wanted = nullptr;  // where it may be had again; null: nowhere
  const recipe::Place* line = nullptr;      // of the lock that names it; null: an index does
};

// Reads it. A copy that was damaged in the store is fetched once more. Throws Error (trust) where it is malformed or
// another package than its index or lock says.
package::Deb read_deb(const StoredDeb& stored, const BuildContext& context);

// Likewise, its control data alone.
package::Deb read_control_data(const StoredDeb& stored, const BuildContext& context);

// Makes sure that the store has it whole.
void require_deb(const StoredDeb& stored, const BuildContext& context);

// The way out where a .deb is not what a lock's line says.
std::string hint_at_line(const recipe::Place& line);

// The facts of the .deb of that digest, where they are kept already.
std::optional<package::Facts> known_facts(const base::Digest& sha256, const std::string& architecture,
                                          const store::Store& store);

// What its files say: as it was found when it was first inspected, by this debone or another of the same form.
package::Facts facts_of(const StoredDeb& stored, const BuildContext& context);
// Likewise, where the .deb is read already.
package::Facts facts_of(const package::Deb& deb, const StoredDeb& stored, const BuildContext& context);

}  // namespace debone::cli
