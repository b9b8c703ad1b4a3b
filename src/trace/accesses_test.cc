#include "trace/accesses.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"

namespace debone::trace {
namespace {

using base::RelPath;

RelPath at(std::string_view text) { return *RelPath::parse(text); }

constexpr std::string_view begin = "1 execve(\"/usr/bin/app\", [...], 0x7 /* 3 vars */) = 0\n";

class AccessesTest : public testing::Test {
 protected:
  AccessesTest() {
    tree.put_file(at("usr/bin/app"), "app", 0755, 0, "");
    tree.put_file(at("usr/bin/script"), "#!/bin/over -x\n", 0755, 0, "");
    tree.put_file(at("usr/bin/over"), "#!/bin/true", 0755, 0, "");
    tree.put_file(at("usr/bin/true"), base::read_file("/bin/true", 1U << 24U), 0755, 0, "");
    tree.put_symlink(at("bin"), "usr/bin", 0, "");
    tree.put_symlink(at("etc/mtab"), "../proc/self/mounts", 0, "");
    tree.put_directory(at("srv/data"), 0755, 0, "");
  }

  // A line a path: "/usr/bin/app executed opened looked-at absent not-executed:ENOENT refused:EACCES as /bin/app".
  std::string seen(std::string_view lines, bool with_begin = true) {
    Accesses accesses(tree, {at("proc"), at("dev")}, "/srv");
    if (with_begin) accesses.add(begin);
    accesses.add(lines);
    accesses.finish();
    left_out = accesses.left_out();
    began = accesses.began();
    not_begun = accesses.not_begun();
    std::string text;
    for (const auto& [path, access] : accesses.paths()) {
      if (with_begin && path == at("usr/bin/app")) continue;
      text += path.absolute();
      if (access.executed) text += " executed";
      if (access.opened) text += " opened";
      if (access.looked_at) text += " looked-at";
      if (access.absent) text += " absent";
      if (!access.not_executed.empty()) text += " not-executed:" + access.not_executed;
      if (!access.refused.empty()) text += " refused:" + access.refused;
      for (const auto& name : access.asked_as) text += " as " + name;
      text += "\n";
    }
    return text;
  }

  tree::Tree tree;
  std::uint64_t left_out = 0;
  bool began = false;
  std::string not_begun;
};

TEST_F(AccessesTest, WhatCallsDo) {
  EXPECT_EQ(
      seen(R"(1 openat(AT_FDCWD</srv>, "/etc/a", O_RDONLY) = 3</etc/a>
1 open("/etc/b", O_RDONLY) = 3</etc/b>
1 newfstatat(AT_FDCWD</srv>, "/etc/c", {st_mode=S_IFREG|0644, ...}, 0) = 0
1 access("/etc/d", W_OK) = -1 EACCES (Permission denied)
1 readlink("/etc/e", 0x7, 4096) = -1 EINVAL (Invalid argument)
1 statx(AT_FDCWD</srv>, "/etc/f", AT_STATX_SYNC_AS_STAT, STATX_ALL, 0x7) = -1 ENOENT (No such file or directory)
1 openat(AT_FDCWD</srv>, "/etc/g", O_WRONLY|O_CREAT, 0644) = -1 EROFS (Read-only file system)
1 openat(AT_FDCWD</srv>, "/none/h", O_WRONLY|O_CREAT, 0644) = -1 ENOENT (No such file or directory)
1 execve("/etc/i", [...], 0x7 /* 3 vars */) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD</srv>, "/etc/j", O_RDONLY|O_NOFOLLOW) = -1 ELOOP (Too many levels of symbolic links)
1 stat("/etc/k/x", 0x7) = -1 ENOTDIR (Not a directory)
1 unlink("/etc/l") = -1 ENOENT (No such file or directory)
1 openat(AT_FDCWD</srv>, 0x8, O_RDONLY) = -1 EFAULT (Bad address)
1 newfstatat(3</etc/m>, "", {...}, AT_EMPTY_PATH) = 0
1 open("", O_RDONLY) = -1 ENOENT (No such file or directory)
1 open("/etc/n", O_RDONLY) = ? ERESTARTSYS (To be restarted)
)"),
      "/etc/a opened\n/etc/b opened\n/etc/c looked-at\n/etc/d looked-at\n/etc/e looked-at\n/etc/f absent\n"
      "/etc/g refused:EROFS\n/etc/i not-executed:EACCES\n/etc/j opened\n/etc/k/x absent\n/none/h refused:ENOENT\n");
  EXPECT_EQ(left_out, 0U);
}

TEST_F(AccessesTest, PathsAreWhereTheyLead) {
  EXPECT_EQ(seen(R"(1 access("/bin/app", X_OK) = 0
1 openat(AT_FDCWD</srv>, "data/x", O_RDONLY) = -1 ENOENT (No such file or directory)
1 openat(5</srv/data>, "../y", O_RDONLY) = -1 ENOENT (No such file or directory)
1 openat(5<pipe:[12]>, "z", O_RDONLY) = -1 ENOTDIR (Not a directory)
1 openat(AT_FDCWD</srv>, "/made", O_RDONLY) = 3</made-by-the-run>
1 openat(AT_FDCWD</srv>, "/etc/mtab", O_RDONLY) = 3</proc/1/mounts>
1 openat(AT_FDCWD</srv>, "/dev/stdin", O_RDONLY) = 3</home/user/file of the machine>
1 lstat("/bin", 0x7) = 0
1 newfstatat(AT_FDCWD</srv>, "/bin", 0x7, AT_SYMLINK_NOFOLLOW) = 0
1 execveat(9</usr/bin/over>, "", [...], 0x7 /* 3 vars */, AT_EMPTY_PATH) = -1 EACCES (Permission denied)
)"),
            "/bin looked-at\n/dev/stdin opened\n/made-by-the-run opened as /made\n"
            "/proc/self/mounts opened as /etc/mtab\n/srv/data/x absent\n/srv/y absent as /srv/data/../y\n"
            "/usr/bin/over not-executed:EACCES\n");
}

TEST_F(AccessesTest, AProgramBringsItsInterpreters) {
  const auto text = seen("1 execve(\"/bin/script\", [...], 0x7 /* 3 vars */) = 0\n");
  const auto loader = base::lines(text)[0];
  EXPECT_TRUE(loader.starts_with("/lib") && loader.find(" opened") != std::string::npos) << text;
  EXPECT_EQ(text.substr(loader.size() + 1),
            "/usr/bin/over executed\n/usr/bin/script executed as /bin/script\n/usr/bin/true executed\n");
}

TEST_F(AccessesTest, WorkingDirectories) {
  EXPECT_EQ(seen(R"(1 open("a", O_RDONLY) = -1 ENOENT (No such file or directory)
1 chdir("data") = 0
1 open("b", O_RDONLY) = -1 ENOENT (No such file or directory)
1 chdir("/gone") = -1 ENOENT (No such file or directory)
1 fchdir(4</etc>) = 0
1 open("c", O_RDONLY) = -1 ENOENT (No such file or directory)
1 openat(AT_FDCWD</opt>, "d", O_RDONLY) = -1 ENOENT (No such file or directory)
1 open("e", O_RDONLY) = -1 ENOENT (No such file or directory)
1 chroot("/srv") = 0
1 open("/f", O_RDONLY) = -1 ENOENT (No such file or directory)
1 open("../g", O_RDONLY) = -1 ENOENT (No such file or directory)
)"),
            "/etc/c absent\n/g absent as /opt/../g\n/opt/d absent\n/opt/e absent\n/srv/a absent\n/srv/data/b absent\n"
            "/srv/f absent\n");
}

TEST_F(AccessesTest, ProcessesInheritAndThreadsShareTheirDirectory) {
  // A child's calls may be seen before its parent's call has returned, whose result says whose child it is.
  EXPECT_EQ(seen(R"(1 chdir("/etc") = 0
1 vfork( <unfinished ...>
2 open("a", O_RDONLY) = -1 ENOENT (No such file or directory)
2 chdir("/opt") = 0
2 vfork( <unfinished ...>
3 open("b", O_RDONLY) = -1 ENOENT (No such file or directory)
3 +++ exited with 0 +++
2 <... vfork resumed>) = 7 /* 3 in strace's PID NS */
2 +++ exited with 0 +++
1 <... vfork resumed>) = 6 /* 2 in strace's PID NS */
1 open("c", O_RDONLY) = -1 ENOENT (No such file or directory)
1 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES, exit_signal=0} => {parent_tid=[8]}, 88) = 8 /* 4 in strace's PID NS */
4 chdir("/var") = 0
1 open("d", O_RDONLY) = -1 ENOENT (No such file or directory)
4 execve("/bin/nothing", [...], 0x7 /* 3 vars */ <unfinished ...>
1 +++ superseded by execve in pid 4 +++
1 <... execve resumed>) = 0
1 open("e", O_RDONLY) = -1 ENOENT (No such file or directory)
9 open("f", O_RDONLY) = -1 ENOENT (No such file or directory)
)"),
            "/etc/a absent\n/etc/c absent\n/opt/b absent\n/srv/f absent\n/usr/bin/nothing executed as /bin/nothing\n"
            "/var/d absent\n/var/e absent\n");
  EXPECT_EQ(left_out, 0U);
}

TEST_F(AccessesTest, WhatTheRuntimeDoesBeforeIsPassedOver) {
  EXPECT_EQ(seen(R"(10 openat(AT_FDCWD</>, "/proc/self/fd/5", O_WRONLY|O_CLOEXEC) = 3</run/exec.fifo>
11 <... futex resumed>) = 0
10 execve("/bin/app", [...], 0x7 /* 3 vars */ <unfinished ...>
11 +++ exited with 0 +++
10 <... execve resumed>) = 0
10 open("x", O_RDONLY) = -1 ENOENT (No such file or directory)
)",
                 false),
            "/srv/x absent\n/usr/bin/app executed as /bin/app\n");
  EXPECT_TRUE(began);
  EXPECT_EQ(left_out, 0U);
  EXPECT_EQ(seen("10 execve(\"/bin/app\", [...], 0x7 /* 3 vars */) = -1 ENOEXEC (Exec format error)\n", false), "");
  EXPECT_FALSE(began);
  EXPECT_EQ(not_begun, "ENOEXEC");
}

TEST_F(AccessesTest, BoundsAreKeptAndTold) {
  std::string names;
  for (int i = 0; i < 30; ++i)
    names += fmt::format("1 open(\"x/{0}/../../y\", O_RDONLY) = -1 ENOENT (No such file or directory)\n", i);
  const auto text = seen(names);
  std::size_t names_kept = 0;
  for (const auto word : base::words(text)) names_kept += word == "as" ? 1 : 0;
  EXPECT_EQ(names_kept, Access::most_names) << text;
  std::string calls;
  for (std::size_t i = 0; i < Accesses::most_paths + 3; ++i)
    calls += fmt::format("1 open(\"/{}\", O_RDONLY) = 3</{}>\n", i, i);
  seen(calls);
  EXPECT_EQ(left_out, 4U) << "the program's own path takes one place";
  // Processes that nobody started.
  std::string strangers;
  for (std::size_t i = 0; i < Accesses::most_waiting + 3; ++i)
    strangers += fmt::format("{} open(\"/x\", O_RDONLY) = 3</x>\n", i + 10);
  EXPECT_EQ(seen(strangers), "/x opened\n");
  EXPECT_EQ(left_out, 3U);
  // Any number of children that are seen before their parent tells of them.
  std::string children;
  for (std::size_t i = 2; i < Accesses::most_waiting; ++i)
    children += fmt::format(
        "1 vfork( <unfinished ...>\n{0} access(\"/x\", F_OK) = 0\n{0} +++ exited with 0 +++\n"
        "1 <... vfork resumed>) = {0}\n",
        i);
  EXPECT_EQ(seen(children), "/x looked-at\n");
  EXPECT_EQ(left_out, 0U);
  // Each child of the one before, told last: no depth is too much.
  std::string chain;
  for (int i = 2; i < 50'000; ++i) chain += fmt::format("{} vfork( <unfinished ...>\n", i);
  for (int i = 49'999; i >= 2; --i) chain += fmt::format("{} <... vfork resumed>) = {}\n", i, i + 1);
  seen(chain + "1 vfork() = 2\n");
  EXPECT_EQ(left_out, 0U);
}

}  // namespace
}  // namespace debone::trace
