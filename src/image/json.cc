#include "image/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace debone::image {
namespace {

base::Error bad(const std::string& place, std::string what) {
  return base::Error(base::Exit::trust, std::move(what)).at(place);
}

Json parse_bounded(std::string_view text, const std::string& place) {
  if (text.size() > document_limit) {
    throw bad(place, fmt::format("the JSON document is larger than the {} bytes allowed", document_limit));
  }
  const auto check_depth = [&](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    if (depth > document_depth) {
      throw bad(place, fmt::format("the JSON document is nested deeper than {} levels", document_depth));
    }
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::parse_error& error) {
    throw bad(place, fmt::format("not valid JSON at byte {}", error.byte));
  } catch (const Json::out_of_range&) {
    throw bad(place, "not valid JSON: a number does not fit");
  }
}

}  // namespace

std::string to_text(const Json& document) {
  try {
    return document.dump();
  } catch (const Json::type_error&) {
    throw base::Error(base::Exit::usage, "a text for the image's configuration is not UTF-8")
        .hint("look at the recipe's environment, commands, annotations and the image's name");
  }
}

JsonObject JsonObject::parse(std::string_view text, const std::string& place) {
  auto value = parse_bounded(text, place);
  if (!value.is_object()) throw bad(place, "not a JSON object");
  return {std::move(value), place};
}

std::vector<JsonObject> JsonObject::parse_list(std::string_view text, const std::string& place) {
  return objects_of(parse_bounded(text, place), place, "the JSON document");
}

std::vector<JsonObject> JsonObject::objects_of(const Json& list, const std::string& place, const std::string& what) {
  const auto is_object = [](const Json& item) { return item.is_object(); };
  if (!list.is_array() || !std::ranges::all_of(list, is_object)) {
    throw bad(place, fmt::format("{} is not a list of objects", what));
  }
  std::vector<JsonObject> out;
  for (const auto& item : list) out.push_back(JsonObject(item, place));
  return out;
}

const Json* JsonObject::find(const char* key) const {
  const auto found = value_.find(key);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

base::Error JsonObject::error(std::string what) const { return bad(place_, std::move(what)); }

std::string JsonObject::text(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_string()) throw error(fmt::format("'{}' is not a string", key));
  return value->get<std::string>();
}

std::uint64_t JsonObject::number(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return 0;
  if (!value->is_number_unsigned()) throw error(fmt::format("'{}' is not a whole number", key));
  return value->get<std::uint64_t>();
}

base::Digest JsonObject::digest(const char* key) const {
  const auto written = text(key);
  const auto digest = base::Digest::from_oci(written);
  if (!digest) throw error(fmt::format("'{}' is no SHA-256 digest: '{}'", key, written));
  return *digest;
}

std::vector<std::string> JsonObject::texts(const char* key) const {
  std::vector<std::string> out;
  const auto* value = find(key);
  if (value == nullptr) return out;
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (!value->is_array() || !std::ranges::all_of(*value, is_text)) {
    throw error(fmt::format("'{}' is not a list of strings", key));
  }
  for (const auto& item : *value) out.push_back(item.get<std::string>());
  return out;
}

JsonObject JsonObject::object(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return {Json::object(), place_};
  if (!value->is_object()) throw error(fmt::format("'{}' is not an object", key));
  return {*value, place_};
}

std::vector<JsonObject> JsonObject::objects(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return {};
  return objects_of(*value, place_, fmt::format("'{}'", key));
}

std::vector<std::string> JsonObject::keys() const {
  std::vector<std::string> out;
  for (const auto& item : value_.items()) out.push_back(item.key());
  std::ranges::sort(out);
  return out;
}

}  // namespace debone::image
