#include "base/process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/file.h"
#include "base/test_tar.h"

namespace debone::base {
namespace {

// PATH for the length of a test.
class WithPath {
 public:
  explicit WithPath(const std::string& path) {
    if (const char* now = std::getenv("PATH"); now != nullptr) before_ = now;
    ::setenv("PATH", path.c_str(), 1);
  }
  WithPath(const WithPath&) = delete;
  WithPath& operator=(const WithPath&) = delete;
  ~WithPath() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

TEST(Process, FindsPrograms) {
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-anywhere"), std::nullopt);
  EXPECT_EQ(find_program("/no/such/program"), std::nullopt);
  const TempDir folder("debone-process");
  make_directories(folder.path() / "a/tool");  // a folder is no program, though it may be entered
  make_directories(folder.path() / "b");
  write_file_atomically(folder.path() / "b/tool", "#!/bin/sh\n");
  const WithPath path(folder.path().string() + "/a:relative::" + folder.path().string() + "/b");
  EXPECT_EQ(find_program("tool"), std::nullopt) << "not executable";
  ASSERT_EQ(::chmod((folder.path() / "b/tool").c_str(), 0755), 0);
  EXPECT_EQ(find_program("tool"), (folder.path() / "b/tool").string());
}

TEST(Process, CapturesBothStreams) {
  const auto output = run_and_capture({"sh", "-c", "echo out; echo err >&2; exit 3"}, 100);
  EXPECT_EQ(output.out, "out\n");
  EXPECT_EQ(output.err, "err\n");
  EXPECT_EQ(output.status, 3);
  EXPECT_EQ(run_and_capture({"cat"}, 100).out, "") << "no standard input";
  EXPECT_EQ(run_and_capture({"sh", "-c", "kill -9 $$"}, 100).status, 137);
  const auto large = run_and_capture({"sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"}, 300'000);
  EXPECT_EQ(large.out.size(), 300'000U);
  EXPECT_EQ(large.err.size(), 300'000U);
}

TEST(Process, RunsWithoutAShell) { EXPECT_EQ(run_and_capture({"echo", "$HOME", "; *", ""}, 100).out, "$HOME ; * \n"); }

TEST(Process, StopsWhoeverWritesTooMuch) {
  const auto error = error_of([] { run_and_capture({"cat", "/dev/zero"}, 100); });
  EXPECT_EQ(error.code(), Exit::internal);
  EXPECT_EQ(error.message(), "'cat' wrote more than 100 bytes");
}

TEST(Process, NamesAMissingProgram) {
  EXPECT_EQ(error_of([] { run_and_capture({"no-such-program-anywhere"}, 1); }).message(),
            "no program 'no-such-program-anywhere' in PATH");
  EXPECT_EQ(error_of([] { run_in_foreground({"no-such-program-anywhere"}); }).message(),
            "no program 'no-such-program-anywhere' in PATH");
}

TEST(Process, ReturnsTheForegroundStatus) {
  EXPECT_EQ(run_in_foreground({"sh", "-c", "exit 42"}), 42);
  EXPECT_EQ(run_in_foreground({"sh", "-c", "kill -TERM $$"}), 143);
}

TEST(Process, ForwardsSignals) {
  const TempDir folder("debone-process");
  const auto ready = folder.path() / "ready";
  std::jthread sender([&] {
    // Not to this thread, in which nothing holds it back until there is a handler.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    while (!std::filesystem::exists(ready)) std::this_thread::yield();
    ::kill(::getpid(), SIGUSR1);
  });
  EXPECT_EQ(
      run_in_foreground({"sh", "-c", "trap 'exit 7' USR1; : > \"$0\"; while :; do sleep 0.01; done", ready.string()}),
      7);
  struct sigaction now{};
  ::sigaction(SIGUSR1, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL) << "what signals did before is put back";
}

TEST(Process, StartsWithStreamsOfAnothersChoice) {
  const Pipe in;
  Pipe both;
  write_all(in.write.get(), "from the pipe\n", "pipe");
  const pid_t child =
      start({"sh", "-c", "head -n 1; echo err >&2; exit 5"}, {in.read.get(), both.write.get(), both.write.get()});
  both.write = Fd();
  EXPECT_EQ(both.drain(), "from the pipe\nerr\n");
  EXPECT_EQ(wait_in_foreground(child), 5);
}

TEST(Process, WorksInAChild) {
  EXPECT_EQ(run_in_child([] { return 7; }), 7);
  EXPECT_EQ(run_in_child([] { return ::raise(SIGKILL); }), 128 + SIGKILL);
  bool beside = false;
  EXPECT_EQ(run_in_child([&] { return beside ? 1 : 0; }, [&] { beside = true; }), 0);
  EXPECT_TRUE(beside);
}

TEST(Process, TellsThatASignalCame) {
  EXPECT_EQ(run_in_child([] { return run_in_foreground({"sleep", "600"}); },
                         [] {
                           EXPECT_FALSE(was_signalled());
                           ::kill(::getpid(), SIGUSR1);
                           EXPECT_TRUE(was_signalled());
                         }),
            128 + SIGUSR1);
  EXPECT_FALSE(was_signalled());
}

TEST(Process, AnErrorComesBackFromAChildAsItWas) {
  const auto error = error_of([] {
    run_in_child([]() -> int {
      return while_doing("opening", []() -> int { throw Error(Exit::trust, "bad").at("here").hint("try"); });
    });
  });
  EXPECT_EQ(error.render(), "error: here: bad\n  while opening\n  hint: try\n");
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error_of([] { run_in_child([]() -> int { throw Error(Exit::usage, std::string(100'000, 'x')); }); }).code(),
            Exit::usage);
}

TEST(Process, AChildIsKilledWhereWhatIsDoneBesideItFails) {
  EXPECT_EQ(
      error_of([] { run_in_child([] { return ::pause(); }, [] { throw Error(Exit::usage, "beside"); }); }).message(),
      "beside");
}

// Whoever holds the other end of `pipe` is gone within ten seconds.
bool all_are_gone(const Pipe& pipe) {
  pollfd polled{pipe.read.get(), POLLIN, 0};
  return ::poll(&polled, 1, 10'000) == 1 && pipe.drain().empty();
}

TEST(Process, AChildDiesWithItsParent) {
  Pipe held;
  const Pipe working;
  const pid_t parent = ::fork();
  if (parent == 0) {
    // A child in a child, as a container has it.
    ::_exit(run_in_child([&] {
      return run_in_child([&] {
        write_all(working.write.get(), "w", "pipe");
        return ::pause();
      });
    }));
  }
  held.write = Fd();
  char byte = 0;
  EXPECT_EQ(::read(working.read.get(), &byte, 1), 1);
  ::kill(parent, SIGKILL);
  EXPECT_TRUE(all_are_gone(held));
  ::waitpid(parent, nullptr, 0);
}

TEST(Process, ASignalWaitsUntilAChildHasAForeground) {
  const TempDir folder("debone-process");
  const auto ready = folder.path() / "ready";
  EXPECT_EQ(run_in_child(
                [&] {
                  write_file_atomically(ready, "");
                  std::this_thread::sleep_for(std::chrono::milliseconds(200));
                  return run_in_foreground({"sleep", "30"});
                },
                [&] {
                  while (!std::filesystem::exists(ready)) std::this_thread::yield();
                  ::raise(SIGTERM);
                }),
            128 + SIGTERM);
}

}  // namespace
}  // namespace debone::base
