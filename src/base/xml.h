// An XML document as a tree, for the few formats of desktops that are XML. Read by GLib's GMarkup, which knows no
// entities but the five of XML and reads no DTD: there is nothing to expand, and nothing is fetched. A document is
// bounded in depth and in its number of elements.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace debone::base {

struct XmlAttribute {
  std::string name;  // as written, with its prefix
  std::string value;
};

struct XmlElement {
  std::string name;  // as written, with its prefix
  std::vector<XmlAttribute> attributes;
  std::string text;  // all text directly in it, CDATA sections too
  std::vector<XmlElement> children;
  int line = 0;  // from 1, as `column`: where its start tag ends
  int column = 0;

  const std::string* attribute(std::string_view attribute_name) const;  // null where it has none
};

inline constexpr std::size_t xml_max_depth = 128;
inline constexpr std::size_t xml_max_elements = 250'000;
inline constexpr std::size_t xml_max_attributes = 256;  // of an element

// The document's root. Throws Error (trust, its place "LINE:COLUMN") where `text` is no UTF-8 or no XML, or has no
// root.
XmlElement parse_xml(std::string_view text);

}  // namespace debone::base
