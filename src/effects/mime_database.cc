#include "effects/mime_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "base/error.h"
#include "base/text.h"

namespace debone::effects {
namespace {

using base::XmlElement;

constexpr std::string_view all_globs = "__NOGLOBS__";
constexpr std::string_view all_magic = "__NOMAGIC__";
constexpr std::string_view foreign = "{other namespace}";
constexpr std::size_t max_fields = 5000;  // of a type

[[noreturn]] void fail(std::string what) { throw base::Error(base::Exit::trust, std::move(what)); }

// Gives every element its name without a prefix; one of another namespace gets one that no element of ours has.
void resolve_names(XmlElement& element, std::vector<std::pair<std::string, std::string>> scope) {
  constexpr std::string_view declaration = "xmlns";
  for (const auto& [name, value] : element.attributes) {
    if (name == declaration) scope.emplace_back("", value);
    if (name.starts_with("xmlns:")) scope.emplace_back(name.substr(declaration.size() + 1), value);
  }
  std::erase_if(element.attributes, [&](const auto& attribute) {
    return attribute.name == declaration || attribute.name.starts_with("xmlns:");
  });
  const auto colon = element.name.find(':');
  const auto prefix = colon == std::string::npos ? "" : element.name.substr(0, colon);
  const auto found =
      std::ranges::find(scope.rbegin(), scope.rend(), prefix, &std::pair<std::string, std::string>::first);
  if (found == scope.rend() || found->second != mime_namespace) {
    element.name.insert(0, foreign);
  } else if (colon != std::string::npos) {
    element.name.erase(0, colon + 1);
  }
  for (auto& child : element.children) resolve_names(child, scope);
}

// From 0 to 100, 50 where it is not stated; -1 where it is malformed.
int percentage(const XmlElement& element, std::string_view name) {
  const auto* text = element.attribute(name);
  if (text == nullptr) return 50;
  char* end = nullptr;
  const auto value = std::strtol(text->c_str(), &end, 10);
  return text->empty() || *end != '\0' || value < 0 || value > 100 ? -1 : static_cast<int>(value);
}

int priority(const XmlElement& element) {
  const auto value = percentage(element, "priority");
  if (value < 0) fail(fmt::format("bad priority in <{}>", element.name));
  return value;
}

bool is_true(const XmlElement& element, std::string_view name) {
  const auto* text = element.attribute(name);
  return text != nullptr && *text == "true";
}

std::vector<MimeTreeMatch> tree_matches(const XmlElement& parent) {
  std::vector<MimeTreeMatch> matches;
  for (const auto& child : parent.children) {
    if (child.name != "treematch") fail(fmt::format("expected <treematch>, but found <{}>", child.name));
    MimeTreeMatch match;
    const auto* path = child.attribute("path");
    if (path == nullptr) fail("missing 'path' attribute in <treematch>");
    match.path = *path;
    if (const auto* kind = child.attribute("type")) {
      if (*kind != "file" && *kind != "directory" && *kind != "link") fail("invalid 'type' attribute in <treematch>");
      match.kind = *kind;
    }
    match.is_executable = is_true(child, "executable");
    match.matches_case = is_true(child, "match-case");
    match.is_not_empty = is_true(child, "non-empty");
    if (const auto* type = child.attribute("mimetype")) match.type = *type;
    match.matches = tree_matches(child);
    matches.push_back(std::move(match));
  }
  return matches;
}

class TypeReader {
 public:
  TypeReader(MimeDatabase& database, MimeType& type) : database_(database), type_(type) {}

  // Whether the field belongs into the type's own file.
  bool read(const XmlElement& field) {
    const auto& name = field.name;
    if (name == "glob") {
      glob(field);
    } else if (name == "glob-deleteall") {
      database_.globs[std::string(all_globs)].push_back({0, std::string(all_globs), &type_, true, false});
    } else if (name == "magic") {
      MimeMagic magic{priority(field), &type_, false, read_mime_matches(field)};
      if (magic.matches.empty()) fail("incomplete <magic> element");
      database_.magic.push_back(std::move(magic));
      return false;
    } else if (name == "magic-deleteall") {
      MimeMatch match;
      match.data = all_magic;
      database_.magic.push_back({0, &type_, true, {match}});
      return false;
    } else if (name == "treemagic") {
      database_.tree_magic.push_back({priority(field), &type_, tree_matches(field)});
      return false;
    } else if (name == "alias" || name == "sub-class-of") {
      relation(field);
    } else if (name == "root-XML") {
      root_element(field);
      return false;
    } else if (name == "icon" || name == "generic-icon") {
      const auto* icon = field.attribute("name");
      if (icon == nullptr) return false;
      (name == "icon" ? database_.icons : database_.generic_icons)[type_.name()] = *icon;
    } else if (name != "comment" && name != "acronym" && name != "expanded-acronym") {
      return false;
    }
    return true;
  }

 private:
  void glob(const XmlElement& field) {
    const auto weight = percentage(field, "weight");
    const auto* pattern = field.attribute("pattern");
    if (pattern == nullptr || pattern->empty()) fail("missing 'pattern' attribute in <glob>");
    constexpr std::size_t longest_file_name = 255;
    if (pattern->size() > longest_file_name) fail("a pattern in <glob> is longer than a file's name");
    const bool is_case_sensitive = is_true(field, "case-sensitive");
    const auto key = is_case_sensitive ? *pattern : base::lower(*pattern);
    database_.globs[key].push_back({weight, key, &type_, false, is_case_sensitive});
    if (weight < 0) fail("bad weight in <glob>");
  }

  void relation(const XmlElement& field) {
    const auto* other = field.attribute("type");
    if (other == nullptr || other->find('/') == std::string::npos)
      fail(fmt::format("incorrect or missing 'type' attribute in <{}>", field.name));
    if (field.name == "alias") {
      database_.aliases[*other] = &type_;
    } else {
      database_.parents[type_.name()].push_back(*other);
    }
  }

  void root_element(const XmlElement& field) {
    const auto* uri = field.attribute("namespaceURI");
    const auto* local = field.attribute("localName");
    if (uri == nullptr || local == nullptr) fail("missing 'namespaceURI' or 'localName' attribute");
    if (uri->empty() && local->empty()) fail("namespaceURI and localName cannot both be empty");
    if (uri->find_first_of(" \n") != std::string::npos || local->find_first_of(" \n") != std::string::npos)
      fail("namespaceURI and localName cannot hold spaces or newlines");
    database_.namespaces[*uri + " " + *local] = &type_;
  }

  MimeDatabase& database_;
  MimeType& type_;
};

// A later comment in the same language stands for an earlier one.
void add_field(MimeType& type, const XmlElement& field) {
  if (field.name == "comment") {
    const auto language = [](const XmlElement& element) {
      const auto* text = element.attribute("xml:lang");
      return text == nullptr ? std::nullopt : std::optional(*text);
    };
    const auto old = std::ranges::find_if(type.fields, [&](const XmlElement& element) {
      return element.name == "comment" && language(element) == language(field);
    });
    if (old != type.fields.end()) type.fields.erase(old);
  }
  if (type.fields.size() == max_fields) fail("too many elements");
  type.fields.push_back(field);
}

}  // namespace

void MimeDatabase::add_file(std::string_view xml, const Warn& warn) {
  auto root = base::parse_xml(xml);
  resolve_names(root, {});
  if (root.name != "mime-info") {
    warn("its document element is no <mime-info> of the right namespace");
    return;
  }
  for (const auto& element : root.children) {
    const auto* name = element.name == "mime-type" ? element.attribute("type") : nullptr;
    const auto slash = name == nullptr ? std::string::npos : name->find('/');
    if (slash == std::string::npos || name->find('/', slash + 1) != std::string::npos) {
      warn(fmt::format("{}:{}: no <mime-type> with a valid type", element.line, element.column));
      continue;
    }
    auto& type = types[*name];
    type.media = name->substr(0, slash);
    type.subtype = name->substr(slash + 1);
    TypeReader reader(*this, type);
    try {
      for (const auto& field : element.children) {
        if (field.name.starts_with(foreign))
          warn(fmt::format("{}:{}: an element of another namespace is not copied into the file of type '{}'",
                           field.line, field.column, *name));
        if (reader.read(field)) add_field(type, field);
      }
    } catch (const base::Error& error) {
      warn(fmt::format("{}:{}: in type '{}': {}", element.line, element.column, *name, error.message()));
    }
  }
}

void MimeDatabase::sort_magic() {
  std::ranges::stable_sort(magic, {}, [](const MimeMagic& one) {
    return one.deletes_others
               ? std::tuple(0, 0, std::string_view(), std::string_view())
               : std::tuple(1, -one.priority, std::string_view(one.type->media), std::string_view(one.type->subtype));
  });
  std::ranges::stable_sort(tree_magic, {}, [](const MimeTreeMagic& one) {
    return std::tuple(-one.priority, std::string_view(one.type->media), std::string_view(one.type->subtype));
  });
}

}  // namespace debone::effects
