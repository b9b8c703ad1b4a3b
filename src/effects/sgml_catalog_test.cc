#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

constexpr std::string_view head =
    "--\n"
    "## This file is created by update-catalog with update-super.\n"
    "## Please see update-catalog(8) for how to modify this file.\n"
    "--\n";

std::string listed(Image& image) {
  image.run(sgml_catalog);
  auto text = image.text("var/lib/sgml-base/supercatalog");
  return text.starts_with(head) ? text.substr(head.size()) : "another head: " + text;
}

TEST(SgmlCatalog, NamesEachCatalogWhoseOwnAreThere) {
  Image image;
  image.file("usr/share/sgml/a/catalog", "");
  image.file("usr/share/sgml/b catalog", "");
  image.file("etc/sgml/other", "");
  image.file("etc/sgml/b.cat", "-- CATALOG /no --\ncatalog \"/usr/share/sgml/a/catalog\"\n");
  image.file("etc/sgml/a.cat", "BASE '/usr/share/sgml'\nCATALOG 'b catalog' -- a\n-- CATALOG a/catalog\n");
  image.file("etc/sgml/none.cat", "CATALOG /usr/share/sgml/cut\n");
  image.file("etc/sgml/outside.cat", "CATALOG ../../../etc/sgml/other\n");
  image.file("etc/sgml/relative.cat", "PUBLIC \"CATALOG\" \"x\" CATALOG ./../sgml/other CATALOG");
  image.file("etc/sgml/.hidden.cat", "");
  image.file("etc/sgml/.cat", "");
  image.file("etc/sgml/a.cat.old", "");
  image.link("etc/sgml/link.cat", "/etc/sgml/other");
  image.link("etc/sgml/dangling.cat", "/no");
  EXPECT_EQ(listed(image),
            "CATALOG /etc/sgml/a.cat\nCATALOG /etc/sgml/b.cat\nCATALOG /etc/sgml/link.cat\n"
            "CATALOG /etc/sgml/relative.cat\n");
  EXPECT_EQ(image.text("etc/sgml/catalog"), "-> /var/lib/sgml-base/supercatalog");
  EXPECT_EQ(image.mode("var/lib/sgml-base/supercatalog"), "644 0:0");
}

TEST(SgmlCatalog, OfNone) {
  Image image;
  EXPECT_EQ(listed(image), "");
}

}  // namespace
}  // namespace debone::effects
