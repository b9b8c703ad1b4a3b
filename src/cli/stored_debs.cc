#include "cli/stored_debs.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/error.h"

namespace debone::cli {
namespace {

constexpr std::uint64_t largest_data = 8ULL << 30U;  // what one data.tar may decompress to
constexpr std::string_view record = "facts";

// The verified bytes. A copy that was damaged is gone by then.
std::string bytes_of(const StoredDeb& stored, const BuildContext& context) {
  auto bytes = context.store.read(stored.sha256, stored.size);
  if (!bytes && stored.wanted != nullptr) {
    archive::fetch({*stored.wanted}, context.store, context.archive, context.progress);
    bytes = context.store.read(stored.sha256, stored.size);
  }
  if (!bytes) {
    throw base::Error(base::Exit::trust, "the copy in the store is damaged as soon as it is written")
        .at(fmt::format("{}.deb", stored.id))
        .hint("the disk may be failing; DEBONE_STORE names another place");
  }
  return *std::move(bytes);
}

package::Facts find_facts(const package::Deb& deb, const StoredDeb& stored, const BuildContext& context) {
  auto facts = package::inspect(deb);
  context.store.write_record(record, stored.sha256.hex(), package::encode(facts));
  return facts;
}

std::string place_of(const StoredDeb& stored) { return fmt::format("{}.deb", stored.id); }

// The index is signed and the lock reviewed, the .deb's own control data is merely covered by its hash: they must speak
// of one package.
package::Deb require_id(package::Deb deb, const StoredDeb& stored) {
  if (deb.record.id() == stored.id) return deb;
  auto error = base::Error(base::Exit::trust, fmt::format("the package inside calls itself {}", deb.record.id()))
                   .at(place_of(stored));
  throw stored.line == nullptr ? error : std::move(error).hint(hint_at_line(*stored.line));
}

}  // namespace

package::Deb read_deb(const StoredDeb& stored, const BuildContext& context) {
  return require_id(package::read_deb(bytes_of(stored, context), stored.architecture, place_of(stored), largest_data),
                    stored);
}

package::Deb read_control_data(const StoredDeb& stored, const BuildContext& context) {
  return require_id(package::read_control_data(bytes_of(stored, context), stored.architecture, place_of(stored)),
                    stored);
}

void require_deb(const StoredDeb& stored, const BuildContext& context) { bytes_of(stored, context); }

std::string hint_at_line(const recipe::Place& line) {
  return fmt::format("{} names it; `debone lock --check RECIPE` tells whether that line is as the archive has it",
                     line.str());
}

std::optional<package::Facts> known_facts(const base::Digest& sha256, const std::string& architecture,
                                          const store::Store& store) {
  const auto bytes = store.read_record(record, sha256.hex());
  return bytes ? package::decode(*bytes, architecture) : std::nullopt;
}

package::Facts facts_of(const StoredDeb& stored, const BuildContext& context) {
  if (auto kept = known_facts(stored.sha256, stored.architecture, context.store)) return *std::move(kept);
  return find_facts(read_deb(stored, context), stored, context);
}

package::Facts facts_of(const package::Deb& deb, const StoredDeb& stored, const BuildContext& context) {
  if (auto kept = known_facts(stored.sha256, stored.architecture, context.store)) return *std::move(kept);
  return find_facts(deb, stored, context);
}

}  // namespace debone::cli
