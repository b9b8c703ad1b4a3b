#include "run/program.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "image/test_image.h"

namespace debone::run {
namespace {

using image::path_of;

class Program : public testing::Test {
 protected:
  Program() {
    process.environment = {{"PATH", "/usr/bin:/nowhere"}};
    process.work_dir = "/srv";
    file("usr/bin/true", base::read_file("/bin/true", 1U << 24U), 0755);
    file("usr/bin/script", "#!/usr/bin/nosuch -x\n", 0755);
    file("usr/bin/over", "#!/usr/bin/script\n", 0755);
    file("usr/bin/text", "text", 0755);
    file("usr/bin/data", "data", 0644);
    file("srv/own", "text", 0700).uid = 33;
    file("srv/group", "text", 0710).gid = 34;
    tree.put_symlink(path_of("bin"), "usr/bin", 0, "");
  }
  tree::Node& file(const std::string& path, std::string content, std::uint32_t mode) {
    return tree.at(tree.put_file(path_of(path), std::move(content), mode, 0, ""));
  }
  std::string why(const std::string& name) {
    process.arguments = {name};
    const auto why_not = why_not_executable(process, tree);
    return why_not ? fmt::format("{} {}", why_not->status, why_not->failure->render()) : "runs";
  }

  tree::Tree tree;
  Process process;
};

TEST_F(Program, WhatIsNotThere) {
  EXPECT_EQ(why("nosuch"),
            "127 error: the image has no program 'nosuch' in its PATH (/usr/bin:/nowhere)\n"
            "  hint: build the image with the package that has it, or name another by its path\n");
  EXPECT_EQ(why("ture"),
            "127 error: the image has no program 'ture' in its PATH (/usr/bin:/nowhere)\n"
            "  hint: did you mean 'true'?\n");
  EXPECT_EQ(why("/usr/bin/nosuch"),
            "127 error: the image has no program '/usr/bin/nosuch'\n"
            "  hint: build the image with the package that has it, or name another\n");
  EXPECT_EQ(why("bin/true"),
            "127 error: the image has no program 'bin/true'\n"
            "  hint: build the image with the package that has it, or name another\n");
}

TEST_F(Program, WhatMayNotBeExecuted) {
  EXPECT_EQ(why("data"),
            "126 error: '/usr/bin/data' may not be executed by 0:0 (mode 0644, owner 0:0)\n"
            "  hint: give it permissions 0o755 under paths in the recipe, or name another program\n");
  EXPECT_EQ(why("/bin"), "126 error: '/bin' is a directory\n  hint: name a program in it\n");
  EXPECT_EQ(why("/srv/own"), "runs");
  process.user = {1, 1, {}, "/"};
  EXPECT_TRUE(why("./own").starts_with("126 error: '/srv/own' may not be executed by 1:1 (mode 0700, owner 33:0)"));
  EXPECT_TRUE(why("/srv/group").starts_with("126 "));
  process.user.groups = {34};
  EXPECT_EQ(why("/srv/group"), "runs");
  process.user = {33, 33, {}, "/"};
  EXPECT_EQ(why("/srv/own"), "runs");
}

TEST_F(Program, WhatItsInterpreterIsMissing) {
  EXPECT_EQ(why("script"),
            "127 error: the image has no '/usr/bin/nosuch', which '/usr/bin/script' needs to run\n"
            "  hint: it is a script: build the image with the package of its interpreter\n");
  EXPECT_TRUE(why("over").starts_with("127 error: the image has no '/usr/bin/nosuch', which '/usr/bin/over' needs"));
  const auto loader = why("true");
  EXPECT_TRUE(loader.starts_with("127 error: the image has no '/lib")) << loader;
  EXPECT_TRUE(loader.ends_with("libc6, for a program of Debian's\n")) << loader;
}

TEST_F(Program, WhatTheKernelJudges) {
  for (const auto* name : {"text", "/bin/text", "../bin/nosuch", "/usr/../nosuch", "/proc/self/exe", "/dev/nosuch"})
    EXPECT_EQ(why(name), "runs") << name;
}

}  // namespace
}  // namespace debone::run
