#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::error_of;
using testing::Image;
using testing::Texts;

class XmlCatalogs : public ::testing::Test {
 protected:
  XmlCatalogs() {
    image.file("usr/share/xml-core/catalog.header", "<catalog>\n");
    image.file("usr/share/xml-core/catalog.footer", "</catalog>");
    for (const auto* path : {"usr/share/xml/a.xml", "usr/share/xml/b.xml"}) image.file(path, "");
  }
  void calls(const std::string& package, const std::string& lines) {
    image.add_known("finisher: xml-catalogs", package, "#!/bin/sh\nset -e\n" + lines);
  }
  Texts made() {
    image.run(xml_catalogs);
    return image.below("etc/xml");
  }
  std::string error_of_call(const std::string& line) {
    Image other;
    for (const auto& [path, node] : image.tree.nodes())
      if (node.type == tree::NodeType::file) other.file(path.str(), std::string(node.content.bytes()));
    other.add_known("finisher: xml-catalogs", "odd", line + "\n");
    return error_of([&] { other.run(xml_catalogs); });
  }
  Image image;
};

TEST_F(XmlCatalogs, OfEachPackageAndOfAll) {
  calls(
      "b",
      "if [ \"$1\" = configure ]; then\n"
      "\tupdate-xmlcatalog --sort --add --type system --id \"http://b/1.0/\" --package b --local /usr/share/xml/b.xml\n"
      "\tupdate-xmlcatalog --sort --add --type public --id \"-//B//DTD B V1.0//EN\" --package b --local "
      "/usr/share/xml/b.xml\n"
      "\tupdate-xmlcatalog --sort --add --type public --id \"-//B//DTD B\" --package b --root\n"
      "fi\n");
  calls("a",
        "update-xmlcatalog --add --type uri --id http://a/ --package a --local /usr/share/xml/a.xml\n"
        "update-xmlcatalog --add --type uri --id http://a/ --package a --root\n"
        "update-xmlcatalog --add --type uri --id http://a/ --package a --root\n");
  EXPECT_EQ(made(),
            (Texts{{"etc/xml/a.xml",
                    "<catalog>\n<delegateURI uriStartString=\"http://a/\" "
                    "catalog=\"file:///usr/share/xml/a.xml\"/>\n</catalog>\n"},
                   {"etc/xml/b.xml",
                    "<catalog>\n"
                    "<delegatePublic publicIdStartString=\"-//B//DTD B V1.0//EN\" "
                    "catalog=\"file:///usr/share/xml/b.xml\"/>\n"
                    "<delegateSystem systemIdStartString=\"http://b/1.0/\" "
                    "catalog=\"file:///usr/share/xml/b.xml\"/>\n</catalog>\n"},
                   {"etc/xml/catalog",
                    "<catalog>\n"
                    "<delegatePublic publicIdStartString=\"-//B//DTD B\" catalog=\"file:///etc/xml/b.xml\"/>\n"
                    "<delegateURI uriStartString=\"http://a/\" catalog=\"file:///etc/xml/a.xml\"/>\n</catalog>\n"}}));
  EXPECT_EQ(image.mode("etc/xml/catalog"), "644 0:0");
}

TEST_F(XmlCatalogs, WhatWasCutIsInNone) {
  calls("a",
        "update-xmlcatalog --add --type uri --id http://a/ --package a --local /usr/share/xml/cut.xml\n"
        "update-xmlcatalog --add --type uri --id http://a/ --package a --root\n");
  EXPECT_EQ(made(), Texts{});
  image.tree.remove(at("usr/share/xml-core"));
  calls("b", "update-xmlcatalog --add --type uri --id http://b/ --package b --local /usr/share/xml/b.xml\n");
  EXPECT_EQ(made(), Texts{});
}

TEST_F(XmlCatalogs, OneIdentifierHasOneCatalog) {
  calls("a",
        "update-xmlcatalog --add --type uri --id http://a/ --package a --local /usr/share/xml/a.xml\n"
        "update-xmlcatalog --add --type uri --id http://a/ --package a --local /usr/share/xml/b.xml\n");
  EXPECT_EQ(error_of([&] { made(); }),
            "error: a postinst: another catalog is there already for uri 'http://a/': "
            "catalog=\"file:///usr/share/xml/a.xml\", not catalog=\"file:///usr/share/xml/b.xml\"\n");
}

TEST_F(XmlCatalogs, ACallThatIsNotUnderstoodIsAnError) {
  const std::string start = "update-xmlcatalog --add --type uri --id http://a/ ";
  for (const std::string& line :
       {start + "--package a", start + "--package ../a --root",
        start + "--package a --root --local /usr/share/xml/a.xml", start + "--package \"$P\" --root",
        start + "--package a --root; rm x", start + "--package a --root --file /x", start + "--package",
        start + "\"--package a --root", std::string("update-xmlcatalog --del --type uri --id x --package a --root"),
        std::string("update-xmlcatalog --add --type ftp --id x --package a --root")})
    EXPECT_EQ(error_of_call(line), "error: odd postinst: not understood: '" + line + "'\n");
  EXPECT_EQ(error_of_call(start + "--package a --local usr/share/xml/a.xml"),
            "error: odd postinst: no absolute path: 'usr/share/xml/a.xml'\n");
  EXPECT_EQ(error_of_call(start + "--package a --local /usr/../../a.xml"),
            "error: odd postinst: no absolute path: '/usr/../../a.xml'\n");
}

}  // namespace
}  // namespace debone::effects
