#include "effects/effects.h"

#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::error_of;
using testing::Image;

recipe::PathItem file_item(std::string_view path, const std::string& content) {
  recipe::PathItem item;
  item.path = at(path);
  item.type = recipe::PathType::file;
  item.content = content;
  return item;
}

constexpr std::string_view table = R"(
- package: netbase
  trigger: hosts
  does:
    - file: {path: /etc/hosts, content: "127.0.0.1 localhost\n"}
- package: ca-certificates
  trigger: certificates
  does: [{finisher: certificates}]
)";

TEST(Effects, RunWhereTheTableNamesThem) {
  Image image;
  image.table = {{"table", table}};
  image.add("netbase", {}, {{"triggers", "interest hosts\n"}});
  EXPECT_EQ(apply(image.tree, image.inputs(), *image.recorder).open, 0U);
  EXPECT_NE(image.text("etc/hosts"), "(nothing)");
  EXPECT_EQ(image.text("etc/ca-certificates.conf"), "(nothing)");
  EXPECT_EQ(image.text("etc/passwd"), "root:*:0:0:root:/root:/usr/sbin/nologin\n");
  EXPECT_EQ(image.text("var/lib/dpkg/status.d/netbase"), "Package: netbase\nVersion: 1\nArchitecture: all\n");
  EXPECT_EQ(image.tree.find(at("etc/hosts"))->origin, "effect:netbase");
}

constexpr std::string_view asking = R"(
- package: tz
  trigger: zone
  does:
    - answer: {question: tz/Areas, value: Etc}
    - answer: {question: tz/Zones/Etc, value: UTC}
    - link: {path: /etc/localtime, to: "/zones/{debconf:tz/Areas}/{debconf:tz/Zones/{debconf:tz/Areas}}"}
    - file: {path: /etc/on, content: "on\n", if-answer: {tz/On: true}}
)";

class DebconfAnswers : public ::testing::Test {
 protected:
  DebconfAnswers() {
    image.table = {{"table", asking}};
    image.add("tz", {},
              {{"triggers", "interest zone\n"},
               {"templates",
                "Template: tz/Areas\nType: select\nChoices: Etc, Europe\nDefault: Europe\n\nTemplate: "
                "tz/Zones/Etc\nType: string\n\n"
                "Template: tz/Zones/Europe\nType: string\n\nTemplate: tz/On\nType: boolean\nDefault: false\n\n"
                "Template: tz/Unused\nType: string\n"}});
  }
  void answer(const std::string& question, const std::string& value) {
    image.recipe.debconf.push_back({question, value, {"x.yaml", 3, 4}});
  }
  std::size_t applied() { return apply(image.tree, image.inputs(), *image.recorder).open; }
  Image image;
};

TEST_F(DebconfAnswers, AreTheConfigScriptsOwnWhereTheRecipeHasNone) {
  EXPECT_EQ(applied(), 0U);
  EXPECT_EQ(image.text("etc/localtime"), "-> /zones/Etc/UTC");
  EXPECT_EQ(image.text("etc/on"), "(nothing)");
}

TEST_F(DebconfAnswers, OfTheRecipeHoldInTextsAndConditions) {
  answer("tz/Areas", "Europe");
  answer("tz/Zones/Europe", "Berlin");
  answer("tz/On", "true");
  EXPECT_EQ(applied(), 0U);
  EXPECT_EQ(image.text("etc/localtime"), "-> /zones/Europe/Berlin");
  EXPECT_EQ(image.text("etc/on"), "on\n");
}

TEST_F(DebconfAnswers, ThatAreNeededAreAskedFor) {
  answer("tz/Areas", "Europe");
  EXPECT_EQ(error_of([&] { applied(); }),
            "error: what tz does needs an answer to 'tz/Zones/Europe'\n"
            "  hint: write `debconf: {tz/Zones/Europe: ...}` in the recipe\n");
}

TEST_F(DebconfAnswers, ThatChangeNothingAreAWarning) {
  answer("tz/Unused", "x");
  EXPECT_EQ(applied(), 0U);
  EXPECT_EQ(
      image.recorder->warnings.at(0),
      "x.yaml:3:4: the table of effects makes nothing of the answer to 'tz/Unused'; say under `effects` or `paths` "
      "what it changes");
}

TEST(Effects, WhatTheTableDoesNotKnowIsAWarning) {
  Image image;
  image.add("tool", {}, {{"postinst", "#!/bin/sh\n# a comment\nset -e\nrm -f /x\n"}, {"postrm", "x\n"}});
  EXPECT_EQ(apply(image.tree, image.inputs(), *image.recorder).open, 1U);
  EXPECT_EQ(
      image.recorder->warnings,
      std::vector<std::string>{"tool postinst is not in the table of effects: 2 lines (set -e | rm -f /x); what it "
                               "does is left out"});
}

TEST(Effects, TheRecipesPathsComeAfterTheScriptsAndBeforeWhatIsComputed) {
  Image image;
  image.table = {{"table", table}};
  image.add("netbase", {}, {{"triggers", "interest hosts\n"}});
  image.add("ca-certificates", {}, {{"triggers", "interest certificates\n"}});
  image.add("vendor");
  recipe::StatedEffects stated;
  stated.package = "vendor";
  stated.paths.push_back(file_item("etc/hosts", "the vendor's"));
  stated.paths.push_back(file_item("etc/vendor.conf", "the vendor's"));
  image.recipe.effects.push_back(stated);
  image.recipe.paths.push_back(file_item("etc/hosts", "mine"));
  image.recipe.paths.push_back(file_item("usr/local/share/ca-certificates/company.crt", "a certificate\n"));
  apply(image.tree, image.inputs(), *image.recorder);
  EXPECT_EQ(image.text("etc/hosts"), "mine");
  EXPECT_EQ(image.text("etc/vendor.conf"), "the vendor's");
  EXPECT_EQ(image.text("etc/ssl/certs/ca-certificates.crt"), "a certificate\n");
}

TEST(Effects, AreStatedOfPackagesOfTheImage) {
  Image image;
  image.add("vendor-server");
  tree::Tree base;
  base.put_file(at("var/lib/dpkg/status.d/of-base"), "", 0644, 0, "base");
  auto input = image.inputs();
  input.base = &base;
  const auto stating = [&](const std::string& package) {
    image.recipe.effects.assign(1, recipe::StatedEffects());
    image.recipe.effects[0].package = package;
    image.recipe.effects[0].place = {"app.yaml", 7, 3};
    return error_of([&] { apply(image.tree, input, *image.recorder); });
  };
  EXPECT_EQ(stating("vendor-sever"),
            "error: app.yaml:7:3: 'vendor-sever' of 'effects' is not in the image\n"
            "  hint: did you mean 'vendor-server'?\n");
  EXPECT_EQ(stating("zzz"),
            "error: app.yaml:7:3: 'zzz' of 'effects' is not in the image\n"
            "  hint: name it under 'packages', or take it out of 'effects'\n");
  EXPECT_EQ(stating("vendor-server"), "(no error)");
  EXPECT_EQ(stating("of-base"), "(no error)");
}

TEST(Effects, AnErrorSaysWhoseEffectsWereApplied) {
  Image image;
  image.add("x", {{"usr/lib/sysusers.d/x.conf", "nonsense"}});
  EXPECT_EQ(error_of([&] { apply(image.tree, image.inputs(), *image.recorder); }),
            "error: /usr/lib/sysusers.d/x.conf:1: malformed sysusers.d line 'nonsense'\n"
            "  while applying the effects of accounts\n");
}

TEST(Effects, AreTheSameTwice) {
  const auto build = [] {
    Image image;
    image.add("base-files", {{"usr/share/base-files/motd", "x"}});
    image.add("systemd", {{"usr/lib/sysusers.d/x.conf", "u x -\nu y -\n"}});
    apply(image.tree, image.inputs(), *image.recorder);
    std::string all;
    for (const auto& [path, node] : image.tree.nodes())
      all += fmt::format("{} {} {:o} {} {} {} {} {}\n", path.str(), static_cast<int>(node.type), node.mode, node.uid,
                         node.gid, node.mtime, node.link_target, node.content.bytes());
    return all;
  };
  EXPECT_EQ(build(), build());
}

}  // namespace
}  // namespace debone::effects
