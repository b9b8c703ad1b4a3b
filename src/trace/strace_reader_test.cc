#include "trace/strace_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace debone::trace {
namespace {

// "openat(AT_FDCWD</srv>, 'x', O_RDONLY) = 3 '/srv/x' ENOENT", strings unescaped.
std::string shown(const Call& call) {
  std::string text = call.name + "(";
  for (const auto& argument : call.arguments) {
    if (&argument != &call.arguments.front()) text += ", ";
    text += argument.string ? fmt::format("'{}'", *argument.string) : argument.text;
    if (!argument.path.empty()) text += fmt::format(" at {}", argument.path);
  }
  text += fmt::format(") = {}", call.result);
  if (!call.result_path.empty()) text += fmt::format(" at {}", call.result_path);
  if (!call.error.empty()) text += " " + call.error;
  return text;
}

std::string parsed(std::string_view text) {
  const auto call = parse_call(text);
  return call ? shown(*call) : "nothing";
}

TEST(ParseCall, PathsDescriptorsAndResults) {
  EXPECT_EQ(parsed(R"(openat(AT_FDCWD</srv>, "/lib/libm.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libm.so.6>)"),
            "openat(AT_FDCWD</srv> at /srv, '/lib/libm.so.6', O_RDONLY|O_CLOEXEC) = 3 at /usr/lib/libm.so.6");
  EXPECT_EQ(parsed(R"(access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory))"),
            "access('/etc/ld.so.preload', R_OK) = -1 ENOENT");
  EXPECT_EQ(
      parsed(R"(newfstatat(3</etc/ld.so.cache>, "", {st_mode=S_IFREG|0644, st_size=35, ...}, AT_EMPTY_PATH) = 0)"),
      "newfstatat(3</etc/ld.so.cache> at /etc/ld.so.cache, '', {st_mode=S_IFREG|0644, st_size=35, ...}, "
      "AT_EMPTY_PATH) = 0");
  EXPECT_EQ(parsed(R"(execve("/usr/bin/php8.4", [...], 0xc0000244e0 /* 3 vars */) = 0)"),
            "execve('/usr/bin/php8.4', [...], 0xc0000244e0 /* 3 vars */) = 0");
  EXPECT_EQ(parsed("vfork()                          = 12815"), "vfork() = 12815");
  EXPECT_EQ(parsed("openat(AT_FDCWD</>, 0x8, O_RDONLY) = -1 EFAULT (Bad address)"),
            "openat(AT_FDCWD</> at /, 0x8, O_RDONLY) = -1 EFAULT");
  EXPECT_EQ(parsed(R"(open("x", O_RDONLY) = ? ERESTARTSYS (To be restarted if SA_RESTART is set))"),
            "open('x', O_RDONLY) = 0 ?");
}

TEST(ParseCall, WhatStraceEscapes) {
  // A name of these bytes: w>e"i\r, a newline, d, a-umlaut, ` =  3<x`; strace 6.1's words.
  EXPECT_EQ(
      parsed(R"(openat(4</tmp>, "w>e\"i\\r\nd\303\244 =  3<x", O_RDONLY) = 5</tmp/w\76e\"i\\r\nd\303\244 =  3\74x>)"),
      "openat(4</tmp> at /tmp, 'w>e\"i\\r\nd\303\244 =  3<x', O_RDONLY) = 5 at /tmp/w>e\"i\\r\nd\303\244 =  3<x");
  EXPECT_EQ(parsed(R"(access(") = 0", F_OK) = -1 ENOENT (No))"), "access(') = 0', F_OK) = -1 ENOENT");
  EXPECT_EQ(parsed(R"(access("\1\12\0012\t\v\f\r", F_OK) = 0)"), "access('\1\n\0012\t\v\f\r', F_OK) = 0");
  EXPECT_EQ(parsed(R"(access("a\q", F_OK) = 0)"), "nothing");
  EXPECT_EQ(parsed(R"(access("a\)"), "nothing");
  EXPECT_EQ(parsed(R"(access("a"..., F_OK) = 0)"), R"(access("a"..., F_OK) = 0)") << "cut short: no path";
  EXPECT_EQ(parsed("fchdir(3</gone>(deleted)) = 0"), "fchdir(3</gone>(deleted) at /gone) = 0");
  EXPECT_EQ(parsed(R"(openat(AT_FDCWD</>, "/tmp", O_RDWR|O_TMPFILE, 0600) = 3</tmp/#12>(deleted))"),
            "openat(AT_FDCWD</> at /, '/tmp', O_RDWR|O_TMPFILE, 0600) = 3");
  EXPECT_EQ(parsed(R"(faccessat(7<socket:[1->2]>, "x", F_OK) = 0)"), "faccessat(7<socket:[1->2]>, 'x', F_OK) = 0");
}

TEST(ParseCall, NewProcesses) {
  const auto parse = [](std::string_view text) { return parse_call(text)->result_process; };
  EXPECT_EQ(parse("clone3({flags=CLONE_VM|CLONE_FS, exit_signal=0, tls=0x7} => {parent_tid=[7]}, 88) = 6"), 6U);
  EXPECT_EQ(parse("fork() = 7 /* 35 in strace's PID NS */"), 35U);
  EXPECT_EQ(parse("clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 0"), 0U);
  EXPECT_EQ(parse("fork() = -1 EAGAIN (Resource temporarily unavailable)"), 0U);
}

TEST(ParseCall, WhatIsNoCall) {
  for (const auto* text :
       {"", "open", "open(", "open()", "open() =", "open() = ", "open() = x", "open(\"x) = 0", "a b() = 0", "() = 0",
        "open({) = 0", "open() = 99999999999999999999", "open() = 3</x", "open() = -1", "open() = -1 (x)",
        "fork() = 7 /* x in strace's PID NS */", "open(,,", "open(\"\\"})
    EXPECT_EQ(parsed(text), "nothing") << text;
}

class Reader : public testing::Test {
 protected:
  StraceReader reader{{[this](const Call& call) { seen += fmt::format("{} {}\n", call.thread, shown(call)); },
                       [this](std::uint64_t thread) { seen += fmt::format("{} ends\n", thread); },
                       [this](std::uint64_t thread, std::uint64_t process) {
                         seen += fmt::format("{} becomes {}\n", thread, process);
                       }}};
  std::string seen;
};

TEST_F(Reader, PutsHalvesTogether) {
  reader.add(
      "12811 vfork( <unfinished ...>\n"
      "12815 execve(\"./nope\", [...], 0x7 /* 35 vars */) = -1 ENOENT (No such file or directory)\n"
      "12811 <... vfork resumed>)              = 12815\n"
      "12811 openat(AT_FDCWD</>, \"x <unfinished ...>\", O_RDONLY <unfinished ...>\n"
      "12815 +++ exited with 1 +++\n"
      "12811 <... openat resumed>) = 3</x \\74unfinished ...\\76>\n"
      "12811 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
      "12811 +++ killed by SIGKILL +++\n");
  EXPECT_EQ(seen,
            "12815 execve('./nope', [...], 0x7 /* 35 vars */) = -1 ENOENT\n"
            "12811 vfork() = 12815\n"
            "12815 ends\n"
            "12811 openat(AT_FDCWD</> at /, 'x <unfinished ...>', O_RDONLY) = 3 at /x <unfinished ...>\n"
            "12811 ends\n");
  EXPECT_EQ(reader.passed_over(), 0U);
}

TEST_F(Reader, FollowsAThreadThatExecutesAProgram) {
  reader.add(
      "7 execve(\"/x\", [...], 0x7 /* 3 vars */ <unfinished ...>\n"
      "5 +++ superseded by execve in pid 7 +++\n"
      "5 <... execve resumed>) = 0\n");
  EXPECT_EQ(seen, "7 becomes 5\n5 execve('/x', [...], 0x7 /* 3 vars */) = 0\n");
}

TEST_F(Reader, TakesBytesAsTheyCome) {
  const std::string text = "1 access(\"/a\", F_OK) = 0\n22  access(\"/b\", F_OK)  = 0\n";
  for (const char c : text) reader.add(std::string(1, c));
  EXPECT_EQ(seen, "1 access('/a', F_OK) = 0\n22 access('/b', F_OK) = 0\n");
  reader.add("3 access(\"/c\", F_OK) = 0");
  EXPECT_EQ(seen.find("/c"), std::string::npos) << "not before its end";
  reader.add("\n");
  EXPECT_NE(seen.find("/c"), std::string::npos);
}

TEST_F(Reader, PassesOverWhatItDoesNotUnderstand) {
  reader.add(
      "nonsense\n1 nonsense\n1 <... open resumed>) = 3\n-1 open() = 0\n1 +++ superseded by execve in pid x +++\n\n");
  EXPECT_EQ(reader.passed_over(), 5U);
  reader.add(std::string(StraceReader::largest_line * 3, 'x') + "\n1 access(\"/a\", F_OK) = 0\n");
  EXPECT_EQ(reader.passed_over(), 6U);
  reader.add("2 open( <unfinished ...>\n2 +++ exited with 0 +++\n");
  EXPECT_EQ(reader.passed_over(), 7U) << "a call that never ended";
  EXPECT_EQ(seen, "1 access('/a', F_OK) = 0\n2 ends\n");
}

}  // namespace
}  // namespace debone::trace
