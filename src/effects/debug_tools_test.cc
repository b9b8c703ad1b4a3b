#include "effects/debug_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string program = "\x7f"s + "ELF\0junk\0[\0[[\0busybox\0ls\0sh\0\0/var/log/wtmp\0"s;

class DebugTools : public ::testing::Test {
 protected:
  tree::Tree made() { return debug_tools(image.debs.back(), image.tree, testing::Image::created, events); }
  testing::Image image;
  testing::Recorder events;
};

TEST_F(DebugTools, are_the_program_a_link_for_each_applet_and_the_record) {
  image.tree.put_directory(at("var/lib"), 0711, 5, "package:base-files");
  image.read_only("busybox-static", {{"usr/bin/busybox", program},
                                     {"usr/share/doc/busybox-static/copyright", "GPL\n"},
                                     {"usr/share/doc/busybox-static/examples/mdev.conf", "x\n"}});
  const auto tools = made();
  std::vector<std::string> paths;
  for (const auto& [path, node] : tools.nodes()) {
    if (node.type != tree::NodeType::directory) paths.push_back(path.str());
  }
  EXPECT_THAT(paths, ElementsAre("busybox/[", "busybox/[[", "busybox/busybox", "busybox/ls", "busybox/sh",
                                 "usr/share/doc/busybox-static/copyright", "var/lib/dpkg/status.d/busybox-static",
                                 "var/lib/dpkg/status.d/busybox-static.md5sums"));
  EXPECT_EQ(tools.find(at("busybox/sh"))->link_target, "busybox");
  EXPECT_EQ(tools.read(at("var/lib/dpkg/status.d/busybox-static.md5sums"))->substr(32, 18), "  busybox/busybox\n");
  // A directory of the image stays as it is there.
  EXPECT_EQ(tools.find(at("var/lib"))->mode, 0711U);
  EXPECT_EQ(tools.find(at("var/lib"))->mtime, 5);
}

TEST_F(DebugTools, of_bookworm_lie_in_bin) {
  image.read_only("busybox-static", {{"bin/busybox", program}});
  EXPECT_NE(made().find(at("busybox/ls")), nullptr);
}

TEST_F(DebugTools, without_applets_are_refused) {
  image.read_only("busybox-static", {{"usr/bin/busybox",
                                      "\x7f"
                                      "ELF"}});
  EXPECT_EQ(testing::error_of([&] { made(); }), "error: busybox-static__: it has no busybox that names its applets\n");
}

TEST(Applets, end_where_no_name_can_be) {
  EXPECT_THAT(applets_of(program), ElementsAre("[", "[[", "busybox", "ls", "sh"));
  EXPECT_THAT(applets_of("\0[\0[[\0../sh\0"s), ElementsAre("[", "[["));
  EXPECT_THAT(applets_of("\0[\0[[\0ls"s), ElementsAre("[", "[["));
  EXPECT_THAT(applets_of("\0[\0[[\0"s + std::string(100, 'x') + "\0"s), ElementsAre("[", "[["));
  EXPECT_THAT(applets_of("nothing"), IsEmpty());
  // What stands before the list, and another such list before it.
  EXPECT_THAT(applets_of("[\0[[\0x\0a\0\xae[ \0[[\0ash\0cat\0"s), ElementsAre("[", "[[", "x"));
  EXPECT_THAT(applets_of("[\0[[\0x\0a\0\xae[\0[[\0ash\0cat\0"s), ElementsAre("[", "[[", "ash", "cat"));
}

}  // namespace
}  // namespace debone::effects
