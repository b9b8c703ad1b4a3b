// A JSON text of a stranger's as values that know their line, so that what is wrong in one is told where it stands.
// Strict about form (RFC 8259), size, depth, the number of values, and keys that stand twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace debone::php {

struct Json {
  enum class Kind { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  std::size_t line = 0;                                    // from 1, that of its first character
  std::string text = {};                                   // of a text
  std::vector<Json> items = {};                            // of a list
  std::vector<std::pair<std::string, Json>> members = {};  // of an object, in its order

  // The member of that key, or null. An object alone has any.
  const Json* find(std::string_view key) const;
};

inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t json_values = 500'000;

// Throws Error (usage) at `file`:LINE. The whole text must be one value.
Json parse_json(std::string_view text, const std::string& file);

// "a text", "an object", ...: for errors.
std::string_view name_of(Json::Kind kind);

}  // namespace debone::php
