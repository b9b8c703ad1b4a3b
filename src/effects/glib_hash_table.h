// GLib's hash table of strings (glib/ghash.c), for its order alone: what GLib's tools write in the order of such a
// table is written in that order here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace debone::effects {

// g_str_hash, which is gvdb's hash too.
std::uint32_t string_hash(std::string_view text);

// The order in which a GHashTable with g_str_hash goes over keys that were inserted in the given order, as indexes.
std::vector<std::size_t> hash_table_order(std::span<const std::string> keys);

// A table that keeps GLib's order; nothing is ever taken out of it.
template <typename Value>
class GlibHashTable {
 public:
  Value& operator[](const std::string& key) {
    const auto [entry, is_new] = values_.try_emplace(key);
    if (is_new) keys_.push_back(key);
    return entry->second;
  }
  const Value& at(std::string_view key) const { return values_.find(key)->second; }  // which must be there
  bool contains(std::string_view key) const { return values_.contains(key); }
  std::size_t size() const { return keys_.size(); }

  std::vector<const std::string*> in_hash_order() const {
    std::vector<const std::string*> found;
    for (const auto index : hash_table_order(keys_)) found.push_back(&keys_[index]);
    return found;
  }
  const std::map<std::string, Value, std::less<>>& sorted() const { return values_; }  // by strcmp

 private:
  std::vector<std::string> keys_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace debone::effects
