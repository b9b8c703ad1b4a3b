#include "run/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "image/test_image.h"

namespace debone::run {
namespace {

using image::path_of;
using testing::HasSubstr;
namespace fs = std::filesystem;

// Puts a program of this machine and the libraries it loads into the tree.
void add_program(tree::Tree& tree, const std::string& program) {
  const auto add = [&](const std::string& file) {
    tree.put_file(*base::RelPath::parse_absolute(file), base::read_file(fs::canonical(file), 1U << 28U), 0755, 0,
                  "package:host");
  };
  add(program);
  const auto libraries = base::run_and_capture({"ldd", program}, 1U << 20U);
  for (const auto word : base::words(libraries.out)) {
    if (word.starts_with('/') && !word.ends_with(':')) add(std::string(word));
  }
}

struct Outcome {
  int status = 0;
  std::string out;  // and err
};

// Each test runs a small image with a shell; TMPDIR is its own, so that what is left behind is seen.
class Run : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    tree::Tree tree;
    for (const auto* program : {"/usr/bin/dash", "/usr/bin/id", "/usr/bin/cat", "/usr/bin/stat"})
      add_program(tree, program);
    tree.put_file(path_of("etc/passwd"), "root:x:0:0::/root:/bin/sh\nwww:x:33:34::/var/www:/bin/sh\n", 0644, 0, "x");
    tree.put_file(path_of("etc/group"), "extra:x:77:www\n", 0644, 0, "x");
    tree.put_file(path_of("not-executable"), "text", 0644, 0, "x");
    tree.put_file(path_of("data/there"), "kept\n", 0644, 0, "x");
    image::Image made;
    made.config.architecture = image::machine_platform().architecture;
    made.config.entrypoint = {"/usr/bin/dash", "-c"};
    made.config.cmd = {"echo the cmd"};
    made.config.volumes = {"/data"};
    made.config.work_dir = "/not/there/yet";
    made.layers.push_back(std::make_shared<const layer::Layer>(layer::pack(tree, 1)));
    folder_ = std::make_unique<base::TempDir>("run_test");
    image::write_layout(folder_->path() / "image", {{"x", {made}}});
  }
  static void TearDownTestSuite() { folder_.reset(); }

  void SetUp() override {
    fs::create_directory(folder_->path() / "tmp");
    ::setenv("TMPDIR", (folder_->path() / "tmp").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    EXPECT_TRUE(fs::is_empty(folder_->path() / "tmp"));
    fs::remove_all(folder_->path() / "tmp");
  }

  // run() in a child process, as it uses the standard streams; `meanwhile` may send it signals.
  Outcome run(const Options& options, const std::function<void(pid_t)>& meanwhile = {}) const {
    const auto output = folder_->path() / "output";
    base::write_file_atomically(output, "");
    const pid_t child = ::fork();
    if (child == 0) {
      const int to = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      const int from = ::open("/dev/null", O_RDONLY);
      ::dup2(from, 0);
      ::dup2(to, 1);
      ::dup2(to, 2);
      int status = 99;
      try {
        const auto ended = run::run(image::StoredImage::open(folder_->path() / "image", ""), options);
        if (ended.failure) base::write_all(2, ended.failure->render(), "stderr");
        status = ended.status;
      } catch (const base::Error& error) {
        const auto text = error.render();
        base::write_all(2, text, "stderr");
      }
      ::_exit(status);
    }
    if (meanwhile) meanwhile(child);
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status), base::read_file(output, 1U << 20U)};
  }
  Outcome shell(const std::string& script, Options options = {}) const {
    options.arguments = {script};
    return run(options);
  }
  // Whether the container said `text`, within ten seconds.
  static bool said(std::string_view text) {
    for (int i = 0; i < 200; ++i) {
      std::error_code error;
      const auto output = folder_->path() / "output";
      if (fs::exists(output, error) && base::read_file(output, 1U << 20U).find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }

  static inline std::unique_ptr<base::TempDir> folder_;
};

TEST_F(Run, TheCmdAndItsStatus) {
  const auto outcome = run({});
  EXPECT_EQ(outcome.out, "the cmd\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(shell("exit 7").status, 7);
  const auto failed = shell("echo failed >&2; exit 1");
  EXPECT_EQ(failed.out, "failed\n");
  EXPECT_EQ(failed.status, 1);
}

TEST_F(Run, WhatIsNotThereIs127AndWhatCannotRunIs126) {
  const auto missing = run({.entrypoint = {"nosuch"}});
  EXPECT_EQ(missing.status, 127);
  EXPECT_THAT(missing.out, HasSubstr("error: the image has no program 'nosuch' in its PATH ("));
  EXPECT_EQ(run({.entrypoint = {"/no/such"}}).status, 127);
  EXPECT_EQ(run({.entrypoint = {"/not-executable"}}).status, 126);
  EXPECT_EQ(run({.entrypoint = {"/etc"}}).status, 126);
  // What the image's files do not tell is runc's to say.
  EXPECT_EQ(run({.entrypoint = {"/proc/nosuch"}}).status, 127);
  EXPECT_EQ(run({.entrypoint = {"/proc/version"}}).status, 126);
}

TEST_F(Run, TheImagesPlaceAndTheUsersWishes) {
  EXPECT_EQ(shell("pwd; echo $HOME $A").out, "/not/there/yet\n/root\n");
  EXPECT_EQ(shell("pwd; echo $A", {.environment = {"A=b"}, .work_dir = "/etc"}).out, "/etc\nb\n");
}

TEST_F(Run, OnTheHostsNetworkWithItsNames) {
  std::string listed;
  for (const auto* file : {"/etc/hosts", "/proc/net/route"}) listed += base::read_file(file, 1U << 20U);
  EXPECT_EQ(shell("cat /etc/hosts /proc/net/route").out, listed);
}

TEST_F(Run, ReadOnlyMeansTheRootButNotVolumesAndTmpfs) {
  EXPECT_EQ(shell("echo > /root-file && cat /data/there && echo > /data/new && echo ok").out, "kept\nok\n");
  const auto outcome = shell("echo > /tmp/x && cat /data/there && echo > /data/new && echo ok; echo > /root-file",
                             {.tmpfs = {"/tmp"}, .read_only = true});
  // runc copies the two streams each by itself: their lines may change places.
  EXPECT_THAT(outcome.out, testing::AllOf(HasSubstr("kept\n"), HasSubstr("ok\n")));
  EXPECT_THAT(outcome.out, HasSubstr("cannot create /root-file: Read-only file system"));
  EXPECT_NE(outcome.status, 0);
}

TEST_F(Run, SetIdGivesNoPrivilegesAndCapabilitiesAreDockers) {
  EXPECT_THAT(shell("cat /proc/self/status").out,
              testing::AllOf(HasSubstr("NoNewPrivs:\t1"), HasSubstr("CapBnd:\t00000000a80425fb")));
}

TEST_F(Run, RunsAsTheUser) {
  const auto outcome = shell("id -u; id -g; id -G", {.user = "www"});
  if (::geteuid() == 0) {
    EXPECT_EQ(outcome.out, "33\n34\n34 77\n");
  } else {
    // Where this user has no subordinate ids, that is said.
    EXPECT_THAT(outcome.out, testing::AnyOf(testing::StartsWith("33\n34\n"),
                                            testing::StartsWith("error: the image runs as 33:34, and without root")));
  }
}

TEST_F(Run, AnUnknownUserIsAnErrorBeforeAnythingIsUnpacked) {
  EXPECT_EQ(shell("id", {.user = "nobody-here"}).out,
            "error: the image has no user 'nobody-here' in /etc/passwd\n"
            "  hint: name it by its number, as in --user 65532:65532\n");
}

TEST_F(Run, SignalsReachTheContainerAndNothingStays) {
  Options options;
  options.arguments = {"trap 'echo got it; exit 9' TERM; echo ready; while :; do cat /dev/null; done"};
  const auto outcome = run(options, [](pid_t child) {
    EXPECT_TRUE(said("ready"));
    ::kill(child, SIGTERM);
  });
  EXPECT_EQ(outcome.status, 9);
  EXPECT_EQ(outcome.out, "ready\ngot it\n");
}

TEST_F(Run, ASignalAtAnyMomentLeavesNothing) {
  for (int milliseconds = 0; milliseconds < 200; milliseconds += 20) {
    Options options;
    options.arguments = {"trap 'exit 9' TERM; while :; do cat /dev/null; done"};
    run(options, [&](pid_t child) {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      // A container that has not begun yet may miss the first, as its first process ignores what it does not await.
      for (int i = 0; i < 100 && ::waitpid(child, nullptr, WNOHANG) == 0; ++i) {
        ::kill(child, SIGTERM);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
    EXPECT_TRUE(fs::is_empty(folder_->path() / "tmp")) << milliseconds;
  }
}

// The processes whose arguments hold `text`.
std::vector<std::string> processes_with(std::string_view text) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    try {
      const auto arguments = base::read_file(entry.path() / "cmdline", 1U << 20U);
      if (arguments.find(text) != std::string::npos) found.push_back(entry.path().filename());
    } catch (const base::Error&) {  // no process, or one that has gone
    }
  }
  return found;
}

// What is left of them for good: what was about to begin may show itself late, and takes a moment to end.
std::vector<std::string> left_of(const std::string& mark) {
  int quiet = 0;
  for (int i = 0; i < 400 && quiet < 6; ++i) {
    quiet = processes_with(mark).empty() ? quiet + 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return processes_with(mark);
}

TEST_F(Run, KilledItLeavesNoContainerAndTheNextRunClearsAway) {
  const std::string mark = fmt::format("killed-{}", ::getpid());
  Options options;
  options.arguments = {"echo ready; while :; do cat /dev/null; done; : " + mark};
  run(options, [&](pid_t child) {
    EXPECT_TRUE(said("ready"));
    EXPECT_FALSE(processes_with(mark).empty());
    ::kill(child, SIGKILL);
  });
  EXPECT_EQ(left_of(mark), std::vector<std::string>());
  EXPECT_FALSE(fs::is_empty(folder_->path() / "tmp")) << "its bundle";
  // Another's that is in use, and what has no more than the name, stay.
  const auto in_use = folder_->path() / "tmp/debone-bundle.in-use";
  fs::create_directory(in_use);
  const auto lock = base::lock_folder(in_use, true);
  base::write_file_atomically(folder_->path() / "tmp/debone-bundle.file", "");
  EXPECT_EQ(run({}).out, "the cmd\n");
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder_->path() / "tmp")) left.insert(entry.path().filename());
  EXPECT_EQ(left, (std::set<std::string>{"debone-bundle.file", "debone-bundle.in-use"}));
  for (const auto& name : left) fs::remove(folder_->path() / "tmp" / name);
}

TEST_F(Run, KilledAtAnyMomentItLeavesNoContainer) {
  const std::string mark = fmt::format("killed-{}", ::getpid());
  std::set<std::string> bundles;
  for (int milliseconds = 0; milliseconds < 200; milliseconds += 10) {
    Options options;
    options.arguments = {"while :; do cat /dev/null; done; : " + mark};
    run(options, [&](pid_t child) {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      ::kill(child, SIGKILL);
    });
    for (const auto& entry : fs::directory_iterator(folder_->path() / "tmp")) bundles.insert(entry.path().filename());
    EXPECT_EQ(left_of(mark), std::vector<std::string>()) << milliseconds;
  }
  EXPECT_EQ(run({}).out, "the cmd\n");  // and clears away
  EXPECT_EQ(processes_with(mark), std::vector<std::string>());
  const std::vector<std::string> find{"find", "/sys/fs/cgroup", "-ignore_readdir_race", "-name", "debone-bundle.*"};
  const auto cgroups = base::run_and_capture(find, 1U << 20U).out;
  for (const auto& bundle : bundles) EXPECT_EQ(cgroups.find(bundle), std::string::npos) << bundle;
}

TEST_F(Run, ASignalFromTheKeyboardComesOnce) {
  const auto output = folder_->path() / "output";
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    // Standard output is no terminal, so that the container has none of its own.
    ::dup2(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    Options options;
    options.arguments = {
        "n=0; trap 'n=$((n+1)); echo got' INT; echo ready; i=0; while [ $n = 0 ]; do cat /dev/null; done;"
        "while [ $i -lt 200 ]; do i=$((i+1)); cat /dev/null; done; exit $n"};
    ::_exit(run::run(image::StoredImage::open(folder_->path() / "image", ""), options).status);
  }
  EXPECT_TRUE(said("ready"));
  base::write_all(terminal, "\x03", "terminal");
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(terminal);
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST_F(Run, RuncIsFoundOutsidePath) {
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", "/usr/bin:/bin", 1);
  EXPECT_EQ(run({}).out, "the cmd\n");
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace debone::run
