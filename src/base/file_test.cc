#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include "base/test_tar.h"
#include "base/text.h"

namespace debone::base {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

 private:
  TempDir folder_{"debone-file"};
};

TEST_F(FileTest, ReadsWhatWasWritten) {
  for (const std::size_t size : {0U, 1U, 14U, 15U, 16U, 4096U, 1U << 20U}) {
    const std::string bytes(size, 'x');
    write_file_atomically(at("f"), bytes);
    EXPECT_EQ(read_file(at("f"), size), bytes);
  }
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileTest, KeepsToItsLimit) {
  write_file_atomically(at("f"), "12345");
  const auto error = error_of([&] { read_file(at("f"), 4); });
  EXPECT_EQ(error.code(), Exit::usage);
  EXPECT_EQ(error.place(), at("f").string());
  EXPECT_EQ(error.message(), "larger than the 4 bytes allowed here");
  // Files whose size nobody knows before they are read.
  EXPECT_EQ(error_of([] { read_file("/dev/zero", 1000); }).message(), "larger than the 1000 bytes allowed here");
  EXPECT_NE(read_file("/proc/self/status", 1U << 20U), "");
}

TEST_F(FileTest, NamesWhatItCannotRead) {
  auto error = error_of([&] { read_file(at("none"), 1); });
  EXPECT_EQ(error.code(), Exit::usage);
  EXPECT_EQ(error.place(), at("none").string());
  EXPECT_EQ(error.message(), "cannot open: No such file or directory");
  EXPECT_EQ(error_of([&] { read_file(at(""), 1); }).message(), "cannot read: Is a directory");
}

TEST_F(FileTest, ReplacesAtomically) {
  write_file_atomically(at("f"), "old");
  {
    AtomicFile file(at("f"));
    file.write("ne");
    file.write("w");
    EXPECT_EQ(read_file(at("f"), 10), "old");
    file.commit();
  }
  EXPECT_EQ(read_file(at("f"), 10), "new");
  {
    AtomicFile file(at("f"));
    file.write("never");
  }
  EXPECT_EQ(read_file(at("f"), 10), "new");
  EXPECT_EQ(files(), 1U) << "nothing half-written stays";
}

TEST_F(FileTest, HasNoNameUntilItIsWhole) {
  AtomicFile file(at("f"));
  file.write("whole");
  EXPECT_EQ(files(), 0U) << "a kill leaves nothing";
  file.commit();
  EXPECT_EQ(read_file(at("f"), 10), "whole");
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileTest, PassesOverWhatAKilledProcessLeft) {
  constexpr unsigned left = 50;
  for (unsigned i = 0; i < left; ++i) {
    write_file_atomically(at(fmt::format(".f.{}.{}.tmp", ::getpid(), i)), "left");
  }
  for (const auto* text : {"one", "two", "three"}) write_file_atomically(at("f"), text);
  EXPECT_EQ(read_file(at("f"), 10), "three");
  EXPECT_EQ(files(), left + 1) << "what was left is not touched";
}

TEST_F(FileTest, SetsTheMode) {
  AtomicFile file(at("f"), 0600);
  file.commit();
  struct stat status{};
  ASSERT_EQ(::stat(at("f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FileTest, TellsAFullDisk) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto error = error_of([&] { write_all(full.get(), "x", "/dev/full"); });
  EXPECT_EQ(error.code(), Exit::internal);
  EXPECT_EQ(error.render(),
            "error: /dev/full: cannot write: No space left on device\n"
            "  hint: make room on that disk and run the command again; nothing half-written was kept\n");
  EXPECT_EQ(error_of([&] { write_file_atomically(at("none/f"), ""); }).message(),
            "cannot write: No such file or directory");
}

TEST_F(FileTest, RemovesTempDirs) {
  fs::path where;
  {
    const TempDir folder("x", at(""));
    where = folder.path();
    make_directories(where / "a/b");
    write_file_atomically(where / "a/b/f", "");
    struct stat status{};
    ASSERT_EQ(::stat(where.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
  }
  EXPECT_FALSE(fs::exists(where));
  TempDir first("x", at(""));
  const TempDir second(std::move(first));
  EXPECT_TRUE(first.path().empty());
  EXPECT_TRUE(fs::exists(second.path()));
  TempDir kept("x", at(""));
  const auto kept_path = kept.keep();
  {
    const TempDir gone(std::move(kept));
  }
  EXPECT_TRUE(fs::exists(kept_path));
  EXPECT_EQ(error_of([&] { TempDir("x", at("none")); }).message(), "cannot make a folder: No such file or directory");
}

TEST_F(FileTest, LocksOutOtherHolders) {
  std::atomic<int> inside{0};
  std::atomic<bool> together{false};
  const auto hold = [&] {
    for (int i = 0; i < 50; ++i) {
      const FileLock lock(at("lock"));
      if (inside.fetch_add(1) != 0) together = true;
      std::this_thread::yield();
      inside.fetch_sub(1);
    }
  };
  std::jthread other(hold);
  hold();
  other.join();
  EXPECT_FALSE(together);
}

TEST_F(FileTest, MakesDirectories) {
  make_directories(at("a/b/c"));
  make_directories(at("a/b/c"));
  EXPECT_TRUE(fs::is_directory(at("a/b/c")));
  write_file_atomically(at("f"), "");
  EXPECT_EQ(error_of([&] { make_directories(at("f/x")); }).message(), "cannot make a folder: Not a directory");
}

TEST(FdTest, ClosesOnce) {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    Fd fd(number);
    Fd moved(std::move(fd));
    Fd assigned;
    assigned = std::move(moved);
    EXPECT_EQ(assigned.get(), number);
    EXPECT_FALSE(moved);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace debone::base
