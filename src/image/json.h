// JSON of OCI and docker documents: strict about size and depth when it is read, the same bytes for the same values
// when it is written. Keys keep the order in which they were set.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"

namespace debone::image {

using Json = nlohmann::ordered_json;

// No document of an image is larger (registries' own limit for manifests), or nested deeper.
inline constexpr std::uint64_t document_limit = 4U << 20U;
inline constexpr int document_depth = 32;

// An object without white space. Throws Error (usage) where a string is not UTF-8.
std::string to_text(const Json& document);

// An outside JSON object of which members are taken; what is missing or of another type is an Error (trust) at the
// document's place. `null` counts as absent.
class JsonObject {
 public:
  // Throws Error (trust) where `text` is no JSON object, too large or too deep.
  static JsonObject parse(std::string_view text, const std::string& place);
  // As parse, for a document that is a list of objects (docker's manifest.json).
  static std::vector<JsonObject> parse_list(std::string_view text, const std::string& place);

  bool has(const char* key) const { return find(key) != nullptr; }
  std::string text(const char* key) const;                // "" where absent
  std::uint64_t number(const char* key) const;            // 0 where absent
  base::Digest digest(const char* key) const;             // "sha256:...", must be there
  std::vector<std::string> texts(const char* key) const;  // a list of strings; empty where absent
  JsonObject object(const char* key) const;               // an empty one where absent
  std::vector<JsonObject> objects(const char* key) const;
  std::vector<std::string> keys() const;      // sorted
  base::Error error(std::string what) const;  // trust, at the document's place

 private:
  JsonObject(Json value, std::string place) : value_(std::move(value)), place_(std::move(place)) {}
  const Json* find(const char* key) const;
  static std::vector<JsonObject> objects_of(const Json& list, const std::string& place, const std::string& what);

  Json value_;
  std::string place_;
};

}  // namespace debone::image
