// GSettings' compact list of strings with numbers (gio/strinfo.c in GLib's source): the choices of a key, the members
// of an enumerated type with their values, and aliases of either, as a compiled schema keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace debone::effects {

class StringInfo {
 public:
  void add(std::string_view text, std::uint32_t value);
  // False where there is no such target.
  bool add_alias(std::string_view alias, std::string_view target);

  bool is_valid(std::string_view text) const { return find(text, false).has_value(); }  // and no alias
  bool contains(std::string_view text) const { return is_valid(text) || find(text, true).has_value(); }
  bool contains(std::uint32_t value) const;

  bool empty() const { return words_.empty(); }
  const std::string& words() const { return words_; }  // 32 bits each, little-endian

 private:
  std::optional<std::size_t> find(std::string_view text, bool alias) const;  // the index of its number's word
  std::string words_;
};

}  // namespace debone::effects
