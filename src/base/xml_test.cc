#include "base/xml.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::base {
namespace {

std::string error_of(const std::string& text) {
  try {
    parse_xml(text);
  } catch (const Error& error) {
    return error.render();
  }
  return "(no error)";
}

TEST(Xml, ReadsElementsAttributesAndText) {
  const auto root = parse_xml(
      "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE a [ <!ELEMENT a (b)+> <!-- it's \"quoted\" --> ]>\n"
      "<a xml:lang='de'>one <!-- no text --><b c='&lt;&#65;'/>two<![CDATA[ <&> ]]></a>\n");
  EXPECT_EQ(root.name, "a");
  EXPECT_EQ(root.text, "one two <&> ");
  ASSERT_NE(root.attribute("xml:lang"), nullptr);
  EXPECT_EQ(*root.attribute("xml:lang"), "de");
  EXPECT_EQ(root.attribute("lang"), nullptr);
  ASSERT_EQ(root.children.size(), 1U);
  EXPECT_EQ(*root.children[0].attribute("c"), "<A");
  EXPECT_EQ(root.children[0].line, 3);
}

TEST(Xml, MalformedDocumentsAreErrorsWithTheirPlace) {
  EXPECT_EQ(error_of("<a>\n<b></a>").substr(0, 26), "error: 2:8: malformed XML:");
  EXPECT_EQ(error_of("").substr(0, 26), "error: 1:1: malformed XML:");
  EXPECT_EQ(error_of("<a>&bomb;</a>").substr(0, 6), "error:");
  EXPECT_EQ(error_of("<a>\xff</a>").substr(0, 6), "error:");
  EXPECT_EQ(error_of("<a/><b/>").substr(0, 6), "error:");
}

TEST(Xml, AnEntityBombHasNothingToExpand) {
  EXPECT_NE(error_of("<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><a>&b;</a>").find("b"), std::string::npos);
}

TEST(Xml, DepthAndNumberAreBounded) {
  std::string deep;
  for (std::size_t i = 0; i < xml_max_depth; ++i) deep += "<a>";
  std::string closed = deep;
  for (std::size_t i = 0; i < xml_max_depth; ++i) closed += "</a>";
  EXPECT_EQ(error_of(closed), "(no error)");
  EXPECT_NE(error_of(deep + "<a>").find("elements nested too deeply"), std::string::npos);
  std::string many = "<a>";
  for (std::size_t i = 0; i < xml_max_elements; ++i) many += "<b/>";
  EXPECT_NE(error_of(many + "</a>").find("too many elements"), std::string::npos);
  std::string wide = "<a";
  for (std::size_t i = 0; i <= xml_max_attributes; ++i) wide += " a" + std::to_string(i) + "=''";
  EXPECT_NE(error_of(wide + "/>").find("too many attributes"), std::string::npos);
}

}  // namespace
}  // namespace debone::base
