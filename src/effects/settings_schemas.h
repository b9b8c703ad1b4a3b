// The GSettings schemas of an image, read as glib-compile-schemas(1) reads them: *.gschema.xml and *.enums.xml, then
// *.gschema.override, into the table that gschemas.compiled is. Values are read and written by GLib's own GVariant.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "effects/gvariant.h"
#include "effects/gvdb.h"
#include "effects/string_info.h"

namespace debone::effects {

struct SettingsKey {
  std::string child_schema;  // of a <child>, which has nothing else
  std::string type;
  bool has_domain = false;
  bool is_enum = false;
  bool is_flags = false;
  bool is_override = false;
  bool has_choices = false;
  bool has_aliases = false;
  char category = 0;  // 'm' or 't': its default is translated
  std::optional<std::string> context;
  std::string unparsed_default;
  Variant default_value;
  StringInfo strings;
  Variant minimum;
  Variant maximum;
  std::vector<std::pair<std::string, Variant>> of_desktops;  // by the desktop's name
};

// Whether the value is in the key's range, or among its strings.
bool is_allowed(const SettingsKey& key, const Variant& value);

struct SettingsSchema {
  const SettingsSchema* base = nullptr;
  std::optional<std::string> path;
  std::optional<std::string> domain;
  std::optional<std::string> base_name;
  std::optional<std::string> list_of;
  std::map<std::string, SettingsKey, std::less<>> keys;
  std::vector<std::string> order;  // of the keys
};

class SettingsSchemas {
 public:
  // Adds the schemas of one file. Throws Error (trust, its place "LINE:COLUMN") for what glib-compile-schemas would
  // ignore the whole file for; then nothing of it is added.
  void add_file(std::string_view xml);

  // Changes defaults as an override file says. What it says in vain (but for schemas that are not there) is told to
  // `warn` in words, and left out.
  void override_defaults(std::string_view key_file, const std::function<void(const std::string&)>& warn);

  GvdbTable table() const;  // what gschemas.compiled holds

 private:
  class FileReader;
  std::map<std::string, SettingsSchema, std::less<>> schemas_;
  std::vector<std::string> order_;
  std::map<std::string, StringInfo, std::less<>> enums_;
  std::map<std::string, StringInfo, std::less<>> flags_;
};

}  // namespace debone::effects
