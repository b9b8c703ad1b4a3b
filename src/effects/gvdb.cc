#include "effects/gvdb.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "effects/glib_hash_table.h"

namespace debone::effects {
namespace {

constexpr std::string_view signature = "GVariant";
constexpr std::size_t header_size = 24;
constexpr std::size_t item_size = 24;
constexpr std::uint32_t bloom_header = 5U << 27U;  // a shift, and no words
constexpr std::uint32_t no_parent = 0xFFFFFFFF;

class Writer {
 public:
  Writer() { out_.resize(header_size); }

  // Gives the place of the table.
  std::pair<std::size_t, std::size_t> table(const GvdbTable& table) {
    std::vector<std::string> keys{""};
    for (const auto& entry : table.entries) keys.push_back(entry.key);
    std::vector<std::vector<std::size_t>> buckets(keys.size());
    for (const auto index : hash_table_order(keys)) {
      auto& bucket = buckets[string_hash(keys[index]) % buckets.size()];
      bucket.insert(bucket.begin(), index);
    }
    std::vector<std::uint32_t> assigned(keys.size());
    std::uint32_t next = 0;
    for (const auto& bucket : buckets)
      for (const auto index : bucket) assigned[index] = next++;

    const auto start = allocate(4, 8 + buckets.size() * 4 + keys.size() * item_size);
    const auto end = out_.size();
    u32(start, bloom_header);
    u32(start + 4, buckets.size());
    const auto items = start + 8 + buckets.size() * 4;
    std::size_t written = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      u32(start + 8 + 4 * i, written);
      for (const auto index : buckets[i]) {
        item(items + item_size * written++, keys[index], index == 0 ? nullptr : &table.entries[index - 1], table,
             assigned);
      }
    }
    return {start, end};
  }

  std::string finish(std::pair<std::size_t, std::size_t> root) {
    out_.replace(0, signature.size(), signature);
    u32(16, root.first);
    u32(20, root.second);
    return std::move(out_);
  }

 private:
  void item(std::size_t at, const std::string& key, const GvdbTable::Entry* entry, const GvdbTable& table,
            const std::vector<std::uint32_t>& assigned) {
    if (key.size() > std::numeric_limits<std::uint16_t>::max())
      throw base::Error(base::Exit::trust, "a name is too long for a GVDB file");
    u32(at, string_hash(key));
    u32(at + 4, entry != nullptr && entry->listed ? assigned[0] : no_parent);
    u32(at + 8, out_.size());
    out_[at + 12] = static_cast<char>(key.size() & 0xFFU);
    out_[at + 13] = static_cast<char>(key.size() >> 8U);
    out_ += key;
    if (entry == nullptr) {
      std::vector<std::size_t> listed;
      for (std::size_t i = 0; i < table.entries.size(); ++i)
        if (table.entries[i].listed) listed.push_back(i);
      if (listed.empty()) return;
      std::ranges::sort(listed, {}, [&](std::size_t i) { return std::string_view(table.entries[i].key); });
      auto place = allocate(4, 4 * listed.size());
      pointer(at, 'L', {place, out_.size()});
      for (const auto i : listed) {
        u32(place, assigned[i + 1]);
        place += 4;
      }
    } else if (const auto* value = std::get_if<std::string>(&entry->value)) {
      const auto place = allocate(8, value->size());
      out_.replace(place, value->size(), *value);
      pointer(at, 'v', {place, out_.size()});
    } else {
      pointer(at, 'H', this->table(std::get<GvdbTable>(entry->value)));
    }
  }

  void pointer(std::size_t item, char type, std::pair<std::size_t, std::size_t> place) {
    out_[item + 14] = type;
    u32(item + 16, place.first);
    u32(item + 20, place.second);
  }

  std::size_t allocate(std::size_t alignment, std::size_t size) {
    const auto start = (out_.size() + alignment - 1) / alignment * alignment;
    out_.resize(start + size);
    return start;
  }

  void u32(std::size_t at, std::uint64_t value) {
    if (value > std::numeric_limits<std::uint32_t>::max())
      throw base::Error(base::Exit::trust, "too much for a GVDB file");
    for (unsigned i = 0; i < 4; ++i) out_[at + i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
  }

  std::string out_;
};

}  // namespace

std::string gvdb_file(const GvdbTable& table) {
  Writer writer;
  return writer.finish(writer.table(table));
}

}  // namespace debone::effects
