#include "base/xml.h"

#include <fmt/format.h>
#include <glib.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"

namespace debone::base {
namespace {

// What the callbacks fill: they are called from C, so that a mistake is a GError and nothing is thrown.
struct Document {
  std::vector<XmlElement> open;
  std::vector<XmlElement> roots;
  std::size_t elements = 0;
};

void start_element(GMarkupParseContext* context, const gchar* name, const gchar** attribute_names,
                   const gchar** attribute_values, gpointer data, GError** error) {
  auto& document = *static_cast<Document*>(data);
  if (document.open.size() == xml_max_depth || document.elements == xml_max_elements) {
    g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "%s",
                document.elements == xml_max_elements ? "too many elements" : "elements nested too deeply");
    return;
  }
  ++document.elements;
  XmlElement element;
  element.name = name;
  for (; *attribute_names != nullptr; ++attribute_names, ++attribute_values) {
    if (element.attributes.size() == xml_max_attributes) {
      g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "too many attributes");
      return;
    }
    element.attributes.push_back({*attribute_names, *attribute_values});
  }
  g_markup_parse_context_get_position(context, &element.line, &element.column);
  document.open.push_back(std::move(element));
}

void end_element(GMarkupParseContext* /*context*/, const gchar* /*name*/, gpointer data, GError** /*error*/) {
  auto& document = *static_cast<Document*>(data);
  auto element = std::move(document.open.back());
  document.open.pop_back();
  auto& siblings = document.open.empty() ? document.roots : document.open.back().children;
  siblings.push_back(std::move(element));
}

void text_in_element(GMarkupParseContext* /*context*/, const gchar* text, gsize size, gpointer data,
                     GError** /*error*/) {
  auto& document = *static_cast<Document*>(data);
  if (!document.open.empty()) document.open.back().text.append(text, size);
}

}  // namespace

const std::string* XmlElement::attribute(std::string_view attribute_name) const {
  const auto found = std::ranges::find(attributes, attribute_name, &XmlAttribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

XmlElement parse_xml(std::string_view text) {
  constexpr GMarkupParser parser{start_element, end_element, text_in_element, nullptr, nullptr};
  Document document;
  const std::unique_ptr<GMarkupParseContext, decltype(&g_markup_parse_context_unref)> context(
      g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &document, nullptr),
      g_markup_parse_context_unref);
  GError* error = nullptr;
  if (g_markup_parse_context_parse(context.get(), text.data(), static_cast<gssize>(text.size()), &error) == FALSE ||
      g_markup_parse_context_end_parse(context.get(), &error) == FALSE) {
    const std::unique_ptr<GError, decltype(&g_error_free)> owned(error, g_error_free);
    int line = 0;
    int column = 0;
    g_markup_parse_context_get_position(context.get(), &line, &column);
    throw Error(Exit::trust, fmt::format("malformed XML: {}", owned->message)).at(fmt::format("{}:{}", line, column));
  }
  if (document.roots.size() != 1) throw Error(Exit::trust, "malformed XML: more than one element at the top").at("1:1");
  return std::move(document.roots.front());
}

}  // namespace debone::base
