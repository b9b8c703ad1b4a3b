#include "effects/settings_schemas.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "effects/glib_hash_table.h"

namespace debone::effects {
namespace {

// Strings in arrays and maybes, each among the key's.
bool are_among(GVariant* value, const StringInfo& strings) {
  if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) != FALSE)
    return strings.is_valid(g_variant_get_string(value, nullptr));
  for (std::size_t i = 0; i < g_variant_n_children(value); ++i)
    if (!are_among(owned(g_variant_get_child_value(value, i)).get(), strings)) return false;
  return true;
}

std::string serialised_key(const SettingsKey& key) {
  if (!key.child_schema.empty()) return serialised(owned(g_variant_new_string(key.child_schema.c_str())));
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_TUPLE);
  g_variant_builder_add_value(&builder, key.default_value.get());
  if (key.category != 0) {
    auto message = std::string(base::trim(key.unparsed_default));
    if (key.context) message.insert(0, *key.context + '\004');
    g_variant_builder_add(&builder, "(y(ys))", 'l', key.category, message.c_str());
  }
  if (!key.strings.empty()) {
    GVariantBuilder words;
    g_variant_builder_init(&words, G_VARIANT_TYPE("au"));
    const auto& bytes = key.strings.words();
    for (std::size_t at = 0; at < bytes.size(); at += 4) {
      std::uint32_t word = 0;
      for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
      g_variant_builder_add(&words, "u", word);
    }
    const char kind = key.is_flags ? 'f' : key.is_enum ? 'e' : 'c';
    g_variant_builder_add(&builder, "(y@au)", kind, g_variant_builder_end(&words));
  }
  if (key.minimum) g_variant_builder_add(&builder, "(y(**))", 'r', key.minimum.get(), key.maximum.get());
  if (!key.of_desktops.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : key.of_desktops) names.push_back(name);
    GVariantBuilder desktops;
    g_variant_builder_init(&desktops, G_VARIANT_TYPE_VARDICT);
    for (const auto index : hash_table_order(names))
      g_variant_builder_add(&desktops, "{sv}", names[index].c_str(), key.of_desktops[index].second.get());
    g_variant_builder_add(&builder, "(y@a{sv})", 'd', g_variant_builder_end(&desktops));
  }
  return serialised(owned(g_variant_builder_end(&builder)));
}

std::string serialised_text(const std::string& text) { return serialised(owned(g_variant_new_string(text.c_str()))); }

GvdbTable schema_table(const SettingsSchema& schema) {
  GvdbTable table;
  bool is_translated = false;
  for (const auto index : hash_table_order(schema.order)) {
    const auto& name = schema.order[index];
    const auto& key = schema.keys.at(name);
    is_translated = is_translated || key.category != 0;
    table.entries.push_back({name, serialised_key(key), true});
  }
  const auto add = [&](const char* name, const std::optional<std::string>& text) {
    if (text) table.entries.push_back({name, serialised_text(*text), false});
  };
  add(".path", schema.path);
  add(".extends", schema.base_name);
  add(".list-of", schema.list_of);
  if (is_translated) add(".gettext-domain", schema.domain);
  return table;
}

// A key of an override file; throws Error where the real tool would tell of it and leave it out.
void override_key(SettingsSchema& schema, const std::optional<std::string>& desktop, const std::string& name,
                  const std::string& text) {
  const auto fail = [](std::string what) { throw base::Error(base::Exit::trust, std::move(what)); };
  const auto found = schema.keys.find(name);
  if (found == schema.keys.end() || found->second.type.empty()) fail("there is no such key");
  auto& key = found->second;
  if (desktop && key.category != 0) fail("a translated key has no values of desktops");
  auto value = parse_variant(key.type, text);
  if (!is_allowed(key, value)) fail("the value is not among the allowed ones");
  if (!desktop) {
    key.default_value = std::move(value);
    return;
  }
  const auto standing = std::ranges::find(key.of_desktops, *desktop, &std::pair<std::string, Variant>::first);
  if (standing == key.of_desktops.end()) {
    key.of_desktops.emplace_back(*desktop, std::move(value));
  } else {
    standing->second = std::move(value);
  }
}

std::vector<std::string> texts(gchar** list) {
  std::vector<std::string> found;
  for (auto* const* text = list; *text != nullptr; ++text) found.emplace_back(*text);
  g_strfreev(list);
  return found;
}

}  // namespace

bool is_allowed(const SettingsKey& key, const Variant& value) {
  if (key.minimum)
    return g_variant_compare(value.get(), key.minimum.get()) >= 0 &&
           g_variant_compare(value.get(), key.maximum.get()) <= 0;
  return key.strings.empty() || are_among(value.get(), key.strings);
}

void SettingsSchemas::override_defaults(std::string_view key_file,
                                        const std::function<void(const std::string&)>& warn) {
  if (g_utf8_validate_len(key_file.data(), key_file.size(), nullptr) == FALSE) {
    warn("it is no UTF-8");
    return;
  }
  const std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)> file(g_key_file_new(), g_key_file_unref);
  GError* error = nullptr;
  if (g_key_file_load_from_data(file.get(), key_file.data(), key_file.size(), G_KEY_FILE_NONE, &error) == FALSE) {
    warn(error->message);
    g_error_free(error);
    return;
  }
  for (const auto& group : texts(g_key_file_get_groups(file.get(), nullptr))) {
    const auto colon = group.find(':');
    const auto schema = schemas_.find(group.substr(0, colon));
    if (schema == schemas_.end()) continue;
    const auto desktop = colon == std::string::npos ? std::nullopt : std::optional(group.substr(colon + 1));
    for (const auto& key : texts(g_key_file_get_keys(file.get(), group.c_str(), nullptr, nullptr))) {
      const std::unique_ptr<gchar, decltype(&g_free)> text(
          g_key_file_get_value(file.get(), group.c_str(), key.c_str(), nullptr), g_free);
      try {
        override_key(schema->second, desktop, key, text.get());
      } catch (const base::Error& failure) {
        warn(fmt::format("[{}] {}: {}", group, key, failure.message()));
      }
    }
  }
}

GvdbTable SettingsSchemas::table() const {
  GvdbTable table;
  for (const auto index : hash_table_order(order_))
    table.entries.push_back({order_[index], schema_table(schemas_.at(order_[index])), true});
  return table;
}

}  // namespace debone::effects
