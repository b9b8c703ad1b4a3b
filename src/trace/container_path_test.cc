#include "trace/container_path.h"

#include <gtest/gtest.h>

namespace debone::trace {
namespace {

using base::RelPath;

RelPath at(std::string_view text) { return *RelPath::parse(text); }

class Walk : public testing::Test {
 protected:
  Walk() {
    tree.put_file(at("usr/bin/php"), "", 0755, 0, "");
    tree.put_symlink(at("bin"), "usr/bin", 0, "");
    tree.put_symlink(at("usr/lib/x.so"), "../../opt/./x.so.1", 0, "");
    tree.put_symlink(at("abs"), "/usr/bin", 0, "");
    tree.put_symlink(at("up"), "../../../usr", 0, "");
    tree.put_symlink(at("circle"), "circle", 0, "");
    tree.put_symlink(at("jail/abs"), "/etc", 0, "");
    tree.put_symlink(at("jail/up"), "../../etc", 0, "");
  }
  std::string to(std::string_view text, bool follow_last = true, std::string_view from = "srv",
                 std::string_view root = "") const {
    const auto path = walk(tree, at(root), at(from), text, follow_last);
    return path ? path->absolute() : "nothing";
  }
  tree::Tree tree;
};

TEST_F(Walk, FromWhereItBegins) {
  EXPECT_EQ(to("/usr/bin/php"), "/usr/bin/php");
  EXPECT_EQ(to("x/y"), "/srv/x/y");
  EXPECT_EQ(to("./x//y/."), "/srv/x/y");
  EXPECT_EQ(to("../usr/../etc"), "/etc");
  EXPECT_EQ(to("../../../../etc"), "/etc") << "never above the root";
  EXPECT_EQ(to(""), "/srv");
  EXPECT_EQ(to("/"), "/");
}

TEST_F(Walk, ThroughLinks) {
  EXPECT_EQ(to("/bin/php"), "/usr/bin/php");
  EXPECT_EQ(to("/bin"), "/usr/bin");
  EXPECT_EQ(to("/bin", false), "/bin");
  EXPECT_EQ(to("/bin/", false), "/usr/bin");
  EXPECT_EQ(to("/bin/..", false), "/usr") << "the parent of where the link leads";
  EXPECT_EQ(to("/usr/lib/x.so"), "/opt/x.so.1");
  EXPECT_EQ(to("/abs/php"), "/usr/bin/php");
  EXPECT_EQ(to("/up/bin"), "/usr/bin");
  EXPECT_EQ(to("/circle"), "nothing");
  EXPECT_EQ(to("/circle", false), "/circle");
}

TEST_F(Walk, InsideAnotherRoot) {
  EXPECT_EQ(to("/x", true, "srv", "jail"), "/jail/x");
  EXPECT_EQ(to("/abs/x", true, "srv", "jail"), "/jail/etc/x");
  EXPECT_EQ(to("/up/x", true, "srv", "jail"), "/jail/etc/x");
  EXPECT_EQ(to("../../x", true, "jail/a", "jail"), "/jail/x");
}

TEST_F(Walk, WhatIsTooLong) {
  EXPECT_EQ(to(std::string(300, 'x')), "nothing");
  EXPECT_EQ(to("/" + std::string(5000, '/')), "nothing");
  std::string deep;
  for (int i = 0; i < 2040; ++i) deep += "/x";
  EXPECT_NE(to(deep), "nothing");
  EXPECT_EQ(to("x" + deep, true, "0123456789/0123456789"), "nothing");
}

}  // namespace
}  // namespace debone::trace
