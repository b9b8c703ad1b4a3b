#include "trace/report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace debone::trace {
namespace {

using base::RelPath;

RelPath at(std::string_view text) { return *RelPath::parse(text); }

class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    tree.put_file(at("usr/bin/app"), "app", 0755, 0, "");
    tree.put_file(at("usr/bin/script"), "#!/bin/sh\n", 0755, 0, "");
    tree.put_file(at("usr/bin/data"), "data", 0644, 0, "");
    tree.put_file(at("usr/lib/libx.so.1.2"), "library", 0644, 0, "");
    tree.put_symlink(at("usr/lib/libx.so.1"), "libx.so.1.2", 0, "");
    tree.put_symlink(at("usr/lib/gone.so"), "cut.so", 0, "");
    tree.put_symlink(at("usr/bin/nowhere"), "cut", 0, "");
    tree.put_file(at("etc/passwd"), "root", 0644, 0, "");
    tree.put_directory(at("tmp"), 01777, 0, "");
    packages = {{"app", "1.0", {at("usr/bin/app"), at("usr/bin/script"), at("usr/bin/data")}},
                {"libx1", "2.0", {at("usr/lib/libx.so.1.2"), at("usr/bin/app")}},
                {"empty", "3", {}},
                {"unused", "4", {at("usr/lib/gone.so"), at("not/in/the/image")}}};
  }
  Report made(const std::string& lines) {
    const std::vector<RelPath> mounts{at("proc"), at("dev"), at("dev/shm")};
    Accesses accesses(tree, mounts, "/");
    accesses.add("1 execve(\"/usr/bin/app\", [...], 0x7 /* 3 vars */) = 0\n" + lines);
    accesses.finish();
    return report(accesses, tree, packages, mounts);
  }
  tree::Tree tree;
  std::vector<Package> packages;
};

std::string open_line(std::string_view path, std::string_view result) {
  return fmt::format("1 open(\"{}\", O_RDONLY) = {}\n", path, result);
}
constexpr std::string_view absent = "-1 ENOENT (No such file or directory)";

TEST_F(ReportTest, CountsWhatIsTouchedOfEachPackage) {
  const auto report = made(open_line("/usr/lib/libx.so.1", "3</usr/lib/libx.so.1.2>"));
  std::string text;
  for (const auto& use : report.packages)
    text += fmt::format("{} {}: {} of {}, {} bytes\n", use.name, use.version, use.touched, use.files, use.size);
  EXPECT_EQ(text,
            "app 1.0: 1 of 3, 17 bytes\nempty 3: 0 of 0, 0 bytes\nlibx1 2.0: 1 of 1, 7 bytes\n"
            "unused 4: 0 of 1, 0 bytes\n");
}

TEST_F(ReportTest, TellsPlacesApart) {
  const auto report = made(open_line("/etc/passwd", "3</etc/passwd>") + open_line("/tmp/made", "3</tmp/made>") +
                           open_line("/proc/self/maps", "3</proc/1/maps>") + open_line("/dev/shm/x", "3</dev/shm/x>") +
                           open_line("/tmp", "3</tmp>") + open_line("/proc/self/fd/pipe:[12]", absent));
  std::string text;
  for (const auto& one : report.touched)
    text += fmt::format("{} {} '{}' '{}'\n", one.path.absolute(), static_cast<int>(one.place), one.package, one.mount);
  EXPECT_EQ(text,
            "/dev/shm/x 1 '' '/dev/shm'\n/etc/passwd 0 '' ''\n/proc/self/maps 1 '' '/proc'\n/tmp 0 '' ''\n"
            "/tmp/made 2 '' ''\n/usr/bin/app 0 'app' ''\n");
  EXPECT_TRUE(report.missed.empty()) << "what is no path is not missing";
}

TEST_F(ReportTest, WhatWasLookedForInVain) {
  const auto report =
      made(open_line("/usr/lib/hwcaps/libx.so.1", absent) + open_line("/usr/lib/libx.so.1", "3</usr/lib/libx.so.1.2>") +
           open_line("/usr/lib/liby.so.1", absent) + open_line("/usr/lib/gone.so", absent) +
           open_line("/dev/log", absent) + open_line("/tmp/later", absent) + open_line("/tmp/later", "3</tmp/later>") +
           open_line("/usr/share/index.php", absent) + open_line("/srv/index.php", "3</srv/index.php>"));
  std::string text;
  for (const auto& one : report.missed)
    text += fmt::format("{} found '{}' mount '{}' as '{}'\n", one.path.absolute(), one.found_as, one.mount,
                        base::join(one.asked_as, ","));
  EXPECT_EQ(text,
            "/dev/log found '' mount '/dev' as ''\n"
            "/usr/lib/cut.so found '' mount '' as '/usr/lib/gone.so'\n"
            "/usr/lib/hwcaps/libx.so.1 found '/usr/lib/libx.so.1.2' mount '' as ''\n"
            "/usr/lib/liby.so.1 found '' mount '' as ''\n"
            "/usr/share/index.php found '' mount '' as ''\n");
}

TEST_F(ReportTest, WhatCouldNotBeExecuted) {
  const auto execute = [](std::string_view path, std::string_view result) {
    return fmt::format("1 execve(\"{}\", [...], 0x7 /* 3 vars */) = {}\n", path, result);
  };
  const auto report = made(
      execute("/bin/sh", absent) + execute("/usr/bin/script", absent) + execute("/usr/bin/nowhere", absent) +
      execute("/usr/bin/data", "-1 EACCES (Permission denied)") + execute("/tmp", "-1 EACCES (Permission denied)") +
      execute("/usr/lib/libx.so.1.2", "-1 ENOEXEC (Exec format error)") + execute("/sbin/app", absent) +
      execute("/usr/bin/app", "-1 ETXTBSY (Text file busy)") + execute("/root/x", "-1 EACCES (Permission denied)"));
  std::string text;
  for (const auto& one : report.not_executed)
    text += fmt::format("{}: {} found '{}' as '{}'\n", one.path.absolute(), one.why, one.found_as,
                        base::join(one.asked_as, ","));
  EXPECT_EQ(
      text,
      "/bin/sh: not there found '' as ''\n"
      "/root/x: EACCES found '' as ''\n"
      "/sbin/app: not there found '/usr/bin/app' as ''\n"
      "/tmp: a directory found '' as ''\n"
      "/usr/bin/cut: not there found '' as '/usr/bin/nowhere'\n"
      "/usr/bin/data: may not be executed (mode 0644) found '' as ''\n"
      "/usr/bin/script: its interpreter /bin/sh is not there found '' as ''\n"
      "/usr/lib/libx.so.1.2: neither an ELF program for this machine nor a script with an interpreter found '' as "
      "''\n");
}

TEST_F(ReportTest, WhatWasRefused) {
  const auto report = made(open_line("/etc/passwd", "-1 EACCES (Permission denied)") + open_line("/etc/passwd", "3"));
  ASSERT_EQ(report.refused.size(), 1U);
  EXPECT_EQ(report.refused[0].path.absolute() + " " + report.refused[0].error, "/etc/passwd EACCES");
  EXPECT_TRUE(report.missed.empty());
  EXPECT_EQ(report.left_out, 0U);
}

}  // namespace
}  // namespace debone::trace
