// One file of schemas: what glib-compile-schemas.c of GLib does at each element, in the same order.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "base/xml.h"
#include "effects/settings_schemas.h"

namespace debone::effects {
namespace {

using base::XmlElement;

[[noreturn]] void fail(const XmlElement& element, std::string what) {
  throw base::Error(base::Exit::trust, std::move(what)).at(fmt::format("{}:{}", element.line, element.column));
}

bool is_qualified(std::string_view name) { return name.find(':') != std::string_view::npos; }

// Each attribute must be among the known ones and stand once; those with a prefix are not looked at.
void check_attributes(const XmlElement& element, std::initializer_list<std::string_view> required,
                      std::initializer_list<std::string_view> optional = {}) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : element.attributes) {
    if (is_qualified(name)) continue;
    if (std::ranges::find(required, name) == required.end() && std::ranges::find(optional, name) == optional.end())
      fail(element, fmt::format("attribute '{}' is not for element <{}>", name, element.name));
    if (std::ranges::find(seen, name) != seen.end())
      fail(element, fmt::format("attribute '{}' given twice for element <{}>", name, element.name));
    seen.push_back(name);
  }
  for (const auto name : required)
    if (std::ranges::find(seen, name) == seen.end())
      fail(element, fmt::format("element <{}> needs the attribute '{}'", element.name, name));
}

std::optional<std::string> optional_attribute(const XmlElement& element, std::string_view name) {
  const auto* value = element.attribute(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

void no_text(const XmlElement& element) {
  if (!base::trim(element.text).empty()) fail(element, fmt::format("text may not appear inside <{}>", element.name));
}

[[noreturn]] void fail_at_child(const XmlElement& child, const XmlElement& parent) {
  fail(child, fmt::format("element <{}> is not allowed inside <{}>", child.name, parent.name));
}

std::vector<const XmlElement*> children(const XmlElement& element) {
  std::vector<const XmlElement*> found;
  for (const auto& child : element.children)
    if (!is_qualified(child.name)) found.push_back(&child);
  return found;
}

void no_children(const XmlElement& element) {
  for (const auto* child : children(element)) fail_at_child(*child, element);
}

void check_name(const XmlElement& element, const std::string& name) {
  constexpr std::size_t max_size = 1024;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return c == '-' || is_lower(c) || base::is_digit(c); };
  if (name.empty() || !is_lower(name[0]) || name.back() == '-' || name.size() > max_size ||
      name.find("--") != std::string::npos || !std::ranges::all_of(name, fits))
    fail(element, fmt::format("invalid name '{}'", name));
}

struct Limits {
  char type;
  const char* min;
  const char* max;
};
constexpr std::array<Limits, 8> limits{{{'y', "0", "255"},
                                        {'n', "-32768", "32767"},
                                        {'q', "0", "65535"},
                                        {'i', "-2147483648", "2147483647"},
                                        {'u', "0", "4294967295"},
                                        {'x', "-9223372036854775808", "9223372036854775807"},
                                        {'t', "0", "18446744073709551615"},
                                        {'d', "-inf", "inf"}}};

Variant parse(const XmlElement& element, const std::string& type, const std::string& text) {
  try {
    return parse_variant(type, text);
  } catch (const base::Error& error) {
    fail(element, error.message());
  }
}

void check_range(const XmlElement& element, const SettingsKey& key) {
  if (!key.default_value || is_allowed(key, key.default_value)) return;
  fail(element, key.minimum ? "the default is not in the range" : "the default is not among the allowed values");
}

void start_default(const XmlElement& element, SettingsKey& key) {
  const auto category = optional_attribute(element, "l10n");
  const auto context = optional_attribute(element, "context");
  if (!category) {
    if (context) fail(element, "a translation's context is given for a value that is not translated");
    return;
  }
  if (*category != "messages" && *category != "time")
    fail(element, fmt::format("unsupported l10n category '{}'", *category));
  if (!key.has_domain) fail(element, "l10n requested, but no gettext domain given");
  key.category = category->front();
  key.context = context;
}

void read_default(const XmlElement& element, SettingsKey& key) {
  no_children(element);
  start_default(element, key);
  key.unparsed_default = element.text;
  key.default_value = parse(element, key.type, element.text);
  check_range(element, key);
}

void read_range(const XmlElement& element, SettingsKey& key) {
  check_attributes(element, {}, {"min", "max"});
  no_children(element);
  no_text(element);
  if (key.minimum) fail(element, "<range/> already specified for this key");
  const auto* known = std::ranges::find(limits, key.type[0], &Limits::type);
  if (known == limits.end()) fail(element, fmt::format("<range> is not for keys of type '{}'", key.type));
  key.minimum = parse(element, key.type, optional_attribute(element, "min").value_or(known->min));
  key.maximum = parse(element, key.type, optional_attribute(element, "max").value_or(known->max));
  if (g_variant_compare(key.minimum.get(), key.maximum.get()) > 0) fail(element, "<range> has its ends the wrong way");
  check_range(element, key);
}

void read_choices(const XmlElement& element, SettingsKey& key) {
  check_attributes(element, {});
  no_text(element);
  if (key.is_enum) fail(element, "<choices> is not for keys of an enumerated type");
  if (key.has_choices) fail(element, "<choices> already specified for this key");
  const auto of_strings = key.type.find_first_not_of("ma");
  if (of_strings == std::string::npos || key.type.substr(of_strings) != "s")
    fail(element, fmt::format("<choices> is not for keys of type '{}'", key.type));
  for (const auto* child : children(element)) {
    if (child->name != "choice") fail_at_child(*child, element);
    check_attributes(*child, {"value"});
    no_children(*child);
    no_text(*child);
    const auto& value = *child->attribute("value");
    if (key.strings.contains(value)) fail(*child, fmt::format("<choice value='{}'/> already given", value));
    key.strings.add(value, 0);
    key.has_choices = true;
  }
  if (!key.has_choices) fail(element, "<choices> must hold a <choice>");
  check_range(element, key);
}

void read_aliases(const XmlElement& element, SettingsKey& key) {
  no_text(element);
  if (key.has_aliases) fail(element, "<aliases> already specified for this key");
  if (!key.is_flags && !key.is_enum && !key.has_choices)
    fail(element, "<aliases> is for keys with enumerated or flags types, or after <choices>");
  check_attributes(element, {});
  for (const auto* child : children(element)) {
    if (child->name != "alias") fail_at_child(*child, element);
    check_attributes(*child, {"value", "target"});
    no_children(*child);
    no_text(*child);
    const auto& value = *child->attribute("value");
    const auto& target = *child->attribute("target");
    if (key.strings.contains(value)) fail(*child, fmt::format("<alias value='{}'/> already given", value));
    if (!key.strings.add_alias(value, target)) fail(*child, fmt::format("the alias' target '{}' is not there", target));
    key.has_aliases = true;
  }
  if (!key.has_aliases) fail(element, "<aliases> must hold an <alias>");
}

void read_key_content(const XmlElement& element, SettingsKey& key) {
  no_text(element);
  for (const auto* child : children(element)) {
    if (child->name == "default") {
      check_attributes(*child, {}, {"l10n", "context"});
      read_default(*child, key);
    } else if (child->name == "summary" || child->name == "description") {
      check_attributes(*child, {});
      no_children(*child);
    } else if (child->name == "range") {
      read_range(*child, key);
    } else if (child->name == "choices") {
      read_choices(*child, key);
    } else if (child->name == "aliases") {
      read_aliases(*child, key);
    } else {
      fail_at_child(*child, element);
    }
  }
  if (!key.default_value) fail(element, "a <key> needs a <default>");
}

void read_value(const XmlElement& element, bool is_flags, StringInfo& strings) {
  check_attributes(element, {"nick", "value"});
  no_children(element);
  no_text(element);
  const auto& nick = *element.attribute("nick");
  const auto& text = *element.attribute("value");
  if (nick.size() < 2) fail(element, "a nick has at least 2 characters");
  char* end = nullptr;
  const std::int64_t value = g_ascii_strtoll(text.c_str(), &end, 0);
  const auto least = is_flags ? std::int64_t{0} : std::int64_t{std::numeric_limits<std::int32_t>::min()};
  const auto most = is_flags ? std::int64_t{std::numeric_limits<std::uint32_t>::max()}
                             : std::int64_t{std::numeric_limits<std::int32_t>::max()};
  if (*end != '\0' || value < least || value > most) fail(element, fmt::format("invalid numeric value '{}'", text));
  const auto number = static_cast<std::uint32_t>(value);
  if (strings.contains(nick)) fail(element, fmt::format("<value nick='{}'/> already specified", nick));
  if (strings.contains(number)) fail(element, fmt::format("value='{}' already specified", text));
  if (is_flags && number == 0) return;
  if (is_flags && (number & (number - 1)) != 0) fail(element, "values of flags have one bit");
  strings.add(nick, number);
}

}  // namespace

class SettingsSchemas::FileReader {
 public:
  explicit FileReader(SettingsSchemas& all) : all_(all) {}

  void read(const XmlElement& root) {
    if (root.name != "schemalist") fail(root, fmt::format("element <{}> is not allowed at the top", root.name));
    check_attributes(root, {}, {"gettext-domain"});
    no_text(root);
    domain_ = optional_attribute(root, "gettext-domain");
    for (const auto* child : children(root)) {
      if (child->name == "schema") {
        schema(*child);
      } else if (child->name == "enum") {
        enumeration(*child, false, all_.enums_, enums_);
      } else if (child->name == "flags") {
        enumeration(*child, true, all_.flags_, flags_);
      } else {
        fail_at_child(*child, root);
      }
    }
    all_.order_.insert(all_.order_.end(), schemas_.begin(), schemas_.end());
  }

  void take_back() {
    for (const auto& id : schemas_) all_.schemas_.erase(id);
    for (const auto& id : enums_) all_.enums_.erase(id);
    for (const auto& id : flags_) all_.flags_.erase(id);
  }

 private:
  using Enumerations = std::map<std::string, StringInfo, std::less<>>;

  static void enumeration(const XmlElement& element, bool is_flags, Enumerations& known,
                          std::vector<std::string>& added) {
    check_attributes(element, {"id"});
    no_text(element);
    const auto& id = *element.attribute("id");
    const auto [entry, is_new] = known.try_emplace(id);
    if (!is_new) fail(element, fmt::format("<{} id='{}'> already specified", element.name, id));
    added.push_back(id);
    for (const auto* child : children(element)) {
      if (child->name != "value") fail_at_child(*child, element);
      read_value(*child, is_flags, entry->second);
    }
    if (entry->second.empty()) fail(element, fmt::format("<{}> must hold a <value>", element.name));
  }

  void schema(const XmlElement& element) {
    check_attributes(element, {"id"}, {"path", "gettext-domain", "extends", "list-of"});
    no_text(element);
    const auto& id = *element.attribute("id");
    if (id.empty() || id.size() > std::numeric_limits<std::uint16_t>::max()) fail(element, "invalid id of a schema");
    if (all_.schemas_.contains(id)) fail(element, fmt::format("<schema id='{}'> already specified", id));
    SettingsSchema schema;
    schema.path = optional_attribute(element, "path");
    schema.domain = optional_attribute(element, "gettext-domain");
    if (!schema.domain) schema.domain = domain_;
    schema.base_name = optional_attribute(element, "extends");
    schema.list_of = optional_attribute(element, "list-of");
    check_relations(element, schema);
    check_path(element, schema);
    for (const auto* child : children(element)) {
      if (child->name == "key") {
        key(*child, schema);
      } else if (child->name == "child") {
        child_schema(*child, schema);
      } else if (child->name == "override") {
        override_key(*child, schema);
      } else {
        fail_at_child(*child, element);
      }
    }
    all_.schemas_.emplace(id, std::move(schema));
    schemas_.push_back(id);
  }

  void check_relations(const XmlElement& element, SettingsSchema& schema) const {
    if (schema.base_name) {
      const auto base = all_.schemas_.find(*schema.base_name);
      if (base == all_.schemas_.end())
        fail(element, fmt::format("it extends the schema '{}', which is not there yet", *schema.base_name));
      schema.base = &base->second;
    }
    if (schema.list_of) {
      const auto member = all_.schemas_.find(*schema.list_of);
      if (member == all_.schemas_.end())
        fail(element, fmt::format("it is a list of the schema '{}', which is not there yet", *schema.list_of));
      if (member->second.path) fail(element, "it is a list of a schema with a path");
    }
    if (schema.base == nullptr) return;
    if (schema.base->path) fail(element, "it extends a schema with a path");
    if (!schema.list_of) {
      schema.list_of = schema.base->list_of;
    } else if (!schema.base->list_of || !is_subclass(*schema.list_of, *schema.base->list_of)) {
      fail(element, fmt::format("it is a list of '{}', and the schema '{}' that it extends is not", *schema.list_of,
                                *schema.base_name));
    }
  }

  bool is_subclass(std::string name, const std::string& parent) const {
    while (name != parent) {
      const auto schema = all_.schemas_.find(name);
      if (schema == all_.schemas_.end() || !schema->second.base_name) return false;
      name = *schema->second.base_name;
    }
    return true;
  }

  static void check_path(const XmlElement& element, const SettingsSchema& schema) {
    if (!schema.path) return;
    if (!schema.path->starts_with('/') || !schema.path->ends_with('/'))
      fail(element, "a path must begin and end with a slash");
    if (schema.list_of && !schema.path->ends_with(":/")) fail(element, "the path of a list must end with ':/'");
  }

  void key(const XmlElement& element, SettingsSchema& schema) const {
    check_attributes(element, {"name"}, {"type", "enum", "flags"});
    const auto& name = *element.attribute("name");
    if (schema.list_of) fail(element, "a schema with 'list-of' has no keys");
    check_name(element, name);
    if (schema.keys.contains(name)) fail(element, fmt::format("<key name='{}'> already specified", name));
    for (const auto* base = schema.base; base != nullptr; base = base->base)
      if (const auto shadowed = base->keys.find(name); shadowed != base->keys.end() && !shadowed->second.is_override)
        fail(element, fmt::format("<key name='{}'> is in an extended schema: use <override>", name));
    const auto* type = element.attribute("type");
    const auto* of_enum = element.attribute("enum");
    const auto* of_flags = element.attribute("flags");
    if ((type != nullptr) + (of_enum != nullptr) + (of_flags != nullptr) != 1)
      fail(element, "a <key> has one of 'type', 'enum' and 'flags'");
    SettingsKey key;
    key.has_domain = schema.domain.has_value();
    if (type == nullptr) {
      key.is_enum = of_enum != nullptr;
      key.is_flags = !key.is_enum;
      const auto& known = key.is_enum ? all_.enums_ : all_.flags_;
      const auto found = known.find(key.is_enum ? *of_enum : *of_flags);
      if (found == known.end())
        fail(element, fmt::format("'{}' is not defined yet", key.is_enum ? *of_enum : *of_flags));
      key.type = key.is_enum ? "s" : "as";
      key.strings = found->second;
    } else {
      if (g_variant_type_string_is_valid(type->c_str()) == FALSE)
        fail(element, fmt::format("invalid GVariant type string '{}'", *type));
      key.type = *type;
    }
    read_key_content(element, key);
    insert(schema, name, std::move(key));
  }

  static void child_schema(const XmlElement& element, SettingsSchema& schema) {
    check_attributes(element, {"name", "schema"});
    no_children(element);
    no_text(element);
    const auto& name = *element.attribute("name");
    check_name(element, name);
    if (schema.keys.contains(name + "/")) fail(element, fmt::format("<child name='{}'> already specified", name));
    SettingsKey child;
    child.child_schema = *element.attribute("schema");
    insert(schema, name + "/", std::move(child));
  }

  static void override_key(const XmlElement& element, SettingsSchema& schema) {
    check_attributes(element, {"name"}, {"l10n", "context"});
    const auto& name = *element.attribute("name");
    const SettingsKey* original = nullptr;
    for (const auto* base = schema.base; base != nullptr && original == nullptr; base = base->base)
      if (const auto found = base->keys.find(name); found != base->keys.end()) original = &found->second;
    if (original == nullptr || original->type.empty())
      fail(element, fmt::format("there is no <key name='{}'> to override", name));
    if (schema.keys.contains(name)) fail(element, fmt::format("<override name='{}'> already specified", name));
    SettingsKey key;
    key.type = original->type;
    key.has_domain = schema.domain.has_value();
    key.strings = original->strings;
    key.is_enum = original->is_enum;
    key.is_flags = original->is_flags;
    key.is_override = true;
    key.minimum = original->minimum;
    key.maximum = original->maximum;
    read_default(element, key);
    insert(schema, name, std::move(key));
  }

  static void insert(SettingsSchema& schema, const std::string& name, SettingsKey key) {
    schema.keys.emplace(name, std::move(key));
    schema.order.push_back(name);
  }

  SettingsSchemas& all_;
  std::optional<std::string> domain_;
  std::vector<std::string> schemas_;
  std::vector<std::string> enums_;
  std::vector<std::string> flags_;
};

void SettingsSchemas::add_file(std::string_view xml) {
  const auto root = base::parse_xml(xml);
  FileReader reader(*this);
  try {
    reader.read(root);
  } catch (const base::Error&) {
    reader.take_back();
    throw;
  }
}

}  // namespace debone::effects
