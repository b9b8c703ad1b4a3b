#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::error_of;
using testing::Image;

class Shells : public ::testing::Test {
 protected:
  Shells() {
    image.directory("usr/bin");
    image.link("bin", "usr/bin");
    image.add("debianutils", {{"usr/share/debianutils/shells", "# valid login shells\n/bin/sh\n"}});
    image.add("dash", {{"usr/share/debianutils/shells.d/dash", "/usr/bin/dash# small\n\n#/bin/no\n"}})
        .record.essential = true;
  }
  std::string made() {
    image.run(shells);
    return image.text("etc/shells");
  }
  Image image;
};

TEST_F(Shells, ThoseOfEssentialPackagesAreFirstThenThoseOfScripts) {
  image.add("bash", {{"usr/share/debianutils/shells.d/bash", "/bin/bash\n"}});
  image.add_known("finisher: shells", "fish", "#!/bin/sh\nset -e\nadd-shell /usr/bin/fish\n");
  EXPECT_EQ(made(),
            "# valid login shells\n/bin/sh\n/usr/bin/sh\n/usr/bin/dash\n/usr/bin/fish\n/bin/bash\n/usr/bin/bash\n");
  EXPECT_EQ(image.mode("etc/shells"), "644 0:0");
}

TEST_F(Shells, AListThatIsThereIsAddedTo) {
  image.file("etc/shells", "/opt/shell\n/opt/shell\n/usr/bin/sh# mine\n", 0600);
  EXPECT_EQ(made(), "/opt/shell\n/usr/bin/sh# mine\n/bin/sh\n/usr/bin/dash\n");
  EXPECT_EQ(image.mode("etc/shells"), "600 0:0");
}

TEST_F(Shells, WhatAShellWouldExpandIsNoShell) {
  image.add_known(
      "finisher: shells", "odd",
      "#!/bin/sh\nif true; then\n  add-shell /a $b\n  /usr/sbin/add-shell /c;d \"/e\"\nfi\necho add-shell /f\n");
  EXPECT_EQ(made(), "# valid login shells\n/bin/sh\n/usr/bin/sh\n/usr/bin/dash\n/a\n");
}

TEST_F(Shells, NoneWithoutDebianutils) {
  image.tree.remove(at("usr/share/debianutils/shells"));
  EXPECT_EQ(made(), "(nothing)");
}

TEST_F(Shells, APathThatIsNoneIsAnError) {
  image.add("odd", {{"usr/share/debianutils/shells.d/odd", "/usr/../../sh\n"}});
  EXPECT_EQ(error_of([&] { made(); }),
            "error: /usr/share/debianutils/shells.d/odd: no absolute path: '/usr/../../sh'\n");
}

}  // namespace
}  // namespace debone::effects
