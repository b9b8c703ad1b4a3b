#include <gmock/gmock.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using testing::Image;
using ::testing::IsEmpty;

// An image of a package whose trigger does these steps.
Image image_doing(std::string& table, const std::string& steps) {
  table = "- package: tool\n  trigger: go\n  does:\n" + steps;
  Image image;
  image.table = {{"table", table}};
  image.add("tool", {{"usr/share/tool/tool.conf", "a = b\n"}}, {{"triggers", "interest-noawait go # now\n"}});
  image.file("etc/passwd", "root:*:0:0:root:/root:/bin/sh\nbind:*:105:106::/:/bin/false\n");
  image.file("etc/group", "root:*:0:\nbind:*:106:\n");
  return image;
}

TEST(Scripted, DirectoriesAreMadeOrSet) {
  std::string table;
  auto image = image_doing(table,
                           "    - directory: {path: /var/cache/tool, owner: bind, group: bind, mode: 0o2750}\n"
                           "    - directory: {path: /srv}\n"
                           "    - directory: {path: /opt, mode: 0o700}\n");
  image.directory("srv");
  image.directory("opt");
  image.run(scripted);
  EXPECT_EQ(image.mode("var/cache/tool"), "2750 105:106");
  EXPECT_EQ(image.mode("srv"), "755 0:0");
  EXPECT_EQ(image.mode("opt"), "700 0:0");
}

TEST(Scripted, FilesCopiesAndLinksAreMadeWhereNothingIs) {
  std::string table;
  auto image = image_doing(table,
                           "    - file: {path: \"/etc/tool/{package}.flag\", content: \"\", group: bind, mode: 0o640}\n"
                           "    - copy: {from: /usr/share/tool/tool.conf, to: /etc/tool/tool.conf, mode: 0o600}\n"
                           "    - copy: {from: /usr/share/tool/none.conf, to: /etc/tool/none.conf}\n"
                           "    - link: {path: /etc/tool/link, to: tool.conf}\n"
                           "    - file: {path: /etc/mine, content: theirs}\n"
                           "    - link: {path: /etc/mine, to: theirs}\n");
  image.file("etc/mine", "mine");
  image.run(scripted);
  EXPECT_EQ(image.mode("etc/tool/tool.flag"), "640 0:106");
  EXPECT_EQ(image.text("etc/tool/tool.conf"), "a = b\n");
  EXPECT_EQ(image.mode("etc/tool/tool.conf"), "600 0:0");
  EXPECT_EQ(image.text("etc/tool/none.conf"), "(nothing)");
  EXPECT_EQ(image.text("etc/tool/link"), "-> tool.conf");
  EXPECT_EQ(image.text("etc/mine"), "mine");
}

TEST(Scripted, WhatIsThereIsSetMovedAndRemoved) {
  std::string table;
  auto image = image_doing(table,
                           "    - set: {path: /srv/a, owner: bind, mode: 0o700, recursive: true}\n"
                           "    - set: {path: /srv/none, owner: bind}\n"
                           "    - move: {from: /srv/b, to: /srv/c}\n"
                           "    - remove: /srv/d\n"
                           "    - remove: {path: /srv/e, if-exists: /srv/none}\n");
  for (const std::string_view path : {"srv/a/x", "srv/b", "srv/d", "srv/e"}) image.file(path, std::string(path));
  image.run(scripted);
  EXPECT_EQ(image.mode("srv/a/x"), "700 105:0");
  EXPECT_EQ(image.text("srv/none"), "(nothing)");
  EXPECT_EQ(image.text("srv/b"), "(nothing)");
  EXPECT_EQ(image.text("srv/c"), "srv/b");
  EXPECT_EQ(image.text("srv/d"), "(nothing)");
  EXPECT_EQ(image.text("srv/e"), "srv/e");
}

TEST(Scripted, AnOwnerThatNobodyKnowsIsAWarning) {
  std::string table;
  auto image =
      image_doing(table, "    - directory: {path: /x, owner: daemon}\n    - directory: {path: /y, owner: daemon}\n");
  image.run(scripted);
  EXPECT_EQ(image.mode("x"), "755 0:0");
  EXPECT_THAT(
      image.recorder->warnings,
      ElementsAre("there is no user 'daemon' in the image, whose /x should be; base-passwd has those that every "
                  "Debian system has"));
}

TEST(Scripted, AccountsAreMadeFirst) {
  std::string table;
  auto image = image_doing(table,
                           "    - user: {name: tool, home: /var/lib/tool, comment: A tool, groups: [bind]}\n"
                           "    - user: {name: plain, uid: 150, group: nogroup}\n"
                           "    - group: {name: team, gid: 151}\n"
                           "    - member: {user: plain, group: team}\n");
  table += "- account: tool\n  id: 140\n- account: nogroup\n  id: 141\n";
  image.table = {{"table", table}};
  image.run(accounts);
  EXPECT_EQ(image.text("etc/passwd"),
            "root:*:0:0:root:/root:/bin/sh\nbind:*:105:106::/:/bin/false\n"
            "tool:*:140:140:A tool:/var/lib/tool:/usr/sbin/nologin\n"
            "plain:*:150:141::/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(image.text("etc/group"), "root:*:0:\nbind:*:106:tool\ntool:*:140:\nnogroup:*:141:\nteam:*:151:plain\n");
  EXPECT_THAT(image.recorder->warnings, IsEmpty());
}

TEST(Scripted, AnErrorSaysWhoseScriptItWas) {
  std::string table;
  auto image = image_doing(table, "    - file: {path: /usr/share/tool/tool.conf/x, content: y}\n");
  EXPECT_THAT(testing::error_of([&] { image.run(scripted); }),
              ::testing::HasSubstr("while doing what tool trigger go does\n"));
}

TEST(Scripted, RightsAreOfAllNamesOfAFile) {
  std::string table;
  auto image = image_doing(table, "    - set: {path: /srv/tool, group: bind, mode: 0o640}\n");
  const auto group = image.tree.new_hard_link_group();
  for (const auto* path : {"srv/another", "srv/tool"}) {
    image.file(path, "");
    image.tree.at(at(path)).hard_link_group = group;
  }
  image.run(scripted);
  EXPECT_EQ(image.mode("srv/tool"), "640 0:106");
  EXPECT_EQ(image.mode("srv/another"), "640 0:106");
}

}  // namespace
}  // namespace debone::effects
