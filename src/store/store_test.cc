#include "store/store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

namespace debone::store {
namespace {

namespace fs = std::filesystem;
using base::Digest;
using base::Error;
using base::Exit;

const std::string text = "the bytes of a package";
const Digest digest = Digest::of(text);

// A store in a folder of its own, seen from inside.
struct StoreTest : testing::Test {
  base::TempDir folder{"store"};
  Store store{folder.path() / "s"};

  fs::path blob() const { return store.root() / "blobs/sha256" / digest.hex().substr(0, 2) / digest.hex(); }
  fs::path partial_file() const { return store.root() / "partial" / digest.hex(); }
  void put(const fs::path& path, std::string_view bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  bool nothing_in(const char* name) const { return fs::is_empty(store.root() / name); }
};

// Runs `fn` in a process of its own; its exit status, or 128 and its signal's number.
int in_child(const std::function<int()>& fn) {
  const auto child = ::fork();
  if (child == 0) {
    int status = 99;
    try {
      status = fn();
    } catch (const std::exception&) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

template <typename Fn>
std::string error_of(Fn&& fn) {
  try {
    fn();
  } catch (const Error& error) {
    return error.render();
  }
  return "no error";
}

TEST_F(StoreTest, WhatIsWrittenIsReadBack) {
  EXPECT_FALSE(store.has(digest, text.size()));
  EXPECT_EQ(store.read(digest, text.size()), std::nullopt);
  store.write(digest, text);
  EXPECT_TRUE(store.has(digest, text.size()));
  EXPECT_EQ(store.read(digest, text.size()), text);
  store.write(digest, text);
  EXPECT_EQ(store.read(digest, text.size()), text);
  EXPECT_TRUE(nothing_in("tmp"));
}

TEST_F(StoreTest, TheEmptyBlobIsABlob) {
  const auto empty = Digest::of("");
  store.write(empty, "");
  EXPECT_EQ(store.read(empty, 0), "");
}

TEST_F(StoreTest, ADamagedBlobIsRemovedAndAbsent) {
  for (const char* damaged : {"the bytes of A package", "the bytes", "", "the bytes of a package and more"}) {
    store.write(digest, text);
    put(blob(), damaged);
    EXPECT_EQ(store.read(digest, text.size()), std::nullopt) << damaged;
    EXPECT_FALSE(fs::exists(blob())) << damaged;
  }
}

TEST_F(StoreTest, ABlobOfAnotherSizeIsNotThere) {
  store.write(digest, text);
  put(blob(), "short");
  EXPECT_FALSE(store.has(digest, text.size()));
}

TEST_F(StoreTest, ALinkInABlobsPlaceIsNotFollowed) {
  store.write(digest, text);
  fs::remove(blob());
  put(folder.path() / "elsewhere", text);
  fs::create_symlink(folder.path() / "elsewhere", blob());
  EXPECT_FALSE(store.has(digest, text.size()));
  EXPECT_THAT(error_of([&] { store.read(digest, text.size()); }),
              testing::HasSubstr("cannot read: Too many levels of symbolic links"));
}

TEST_F(StoreTest, ADownloadIsResumedByTheNextStore) {
  {
    auto partial = store.partial(digest);
    ASSERT_TRUE(partial);
    EXPECT_EQ(partial->size(), 0U);
    partial->append(text.substr(0, 9));
  }
  Store later(store.root());
  auto partial = later.partial(digest);
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->size(), 9U);
  partial->append(text.substr(9));
  partial->commit(digest, text.size());
  EXPECT_EQ(later.read(digest, text.size()), text);
  EXPECT_TRUE(nothing_in("partial"));
}

TEST_F(StoreTest, ADownloadWithoutBytesLeavesNoFile) {
  {
    auto partial = store.partial(digest);
  }
  EXPECT_TRUE(nothing_in("partial"));
}

TEST_F(StoreTest, ADownloadWithTheWrongBytesIsRefusedAndForgotten) {
  {
    auto partial = store.partial(digest);
    partial->append("the bytes of A package");
    EXPECT_EQ(error_of([&] { partial->commit(digest, text.size()); }),
              "error: expected SHA-256 " + digest.hex() + ", got " + Digest::of("the bytes of A package").hex() + "\n");
    EXPECT_EQ(partial->size(), 0U);
    partial->append("too short");
    EXPECT_EQ(error_of([&] { partial->commit(digest, text.size()); }), "error: expected 22 bytes, got 9\n");
  }
  EXPECT_FALSE(store.has(digest, text.size()));
  EXPECT_TRUE(nothing_in("partial"));
}

TEST_F(StoreTest, TwoAtOneDownloadAreKeptApart) {
  auto first = store.partial(digest);
  ASSERT_TRUE(first);
  EXPECT_FALSE(store.partial(digest));
  EXPECT_EQ(in_child([&] { return Store(store.root()).partial(digest) ? 1 : 0; }), 0);
  first->append(text);
  first->commit(digest, text.size());
  EXPECT_TRUE(store.has(digest, text.size()));
  EXPECT_TRUE(store.partial(digest));  // free again, and empty
}

TEST_F(StoreTest, AKilledDownloadIsFreeAgainAndKeepsItsBytes) {
  EXPECT_EQ(in_child([&] {
              auto partial = Store(store.root()).partial(digest);
              partial->append(text.substr(0, 5));
              std::raise(SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
  auto partial = store.partial(digest);
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->size(), 5U);
}

TEST_F(StoreTest, SeveralProcessesWriteTheSameBlob) {
  const std::string large(3U << 20U, 'x');
  const auto its = Digest::of(large);
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const auto child = ::fork();
    if (child == 0) {
      Store mine(store.root());
      for (int round = 0; round < 20; ++round) {
        mine.write(its, large);
        const auto read = mine.read(its, large.size());
        if (!read || *read != large) ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_TRUE(nothing_in("tmp"));
}

// A writer killed at any moment: what it wrote is there whole, or not at all.
TEST_F(StoreTest, AKilledWriterHarmsNothing) {
  const std::string large(8U << 20U, 'y');
  const auto its = Digest::of(large);
  for (int round = 0; round < 20; ++round) {
    const auto child = ::fork();
    if (child == 0) {
      Store mine(store.root());
      for (;;) mine.write(its, large);
    }
    ::usleep(static_cast<useconds_t>(1000 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (store.has(its, large.size())) {
      EXPECT_EQ(store.read(its, large.size()), large);
    } else {
      EXPECT_EQ(store.read(its, large.size()), std::nullopt);
    }
  }
  // What the killed ones left is cleared away once it is old.
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(2);
  for (const auto& entry : fs::directory_iterator(store.root() / "tmp")) fs::last_write_time(entry.path(), old);
  const Store again(store.root());
  EXPECT_TRUE(nothing_in("tmp"));
}

TEST_F(StoreTest, OldDownloadsAreClearedAwayUnlessSomebodyIsAtThem) {
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24 * 8);
  auto partial = store.partial(digest);
  partial->append("some");
  fs::last_write_time(partial_file(), old);
  {
    const Store other(store.root());
  }
  EXPECT_TRUE(fs::exists(partial_file()));
  partial.reset();
  {
    const Store other(store.root());
  }
  EXPECT_FALSE(fs::exists(partial_file()));
}

TEST_F(StoreTest, RecordsAreReadAsWrittenOrNotAtAll) {
  EXPECT_EQ(store.read_record("date", "trixie"), std::nullopt);
  store.write_record("date", "trixie", "1\n2");
  store.write_record("date", "bookworm", "");
  EXPECT_EQ(store.read_record("date", "trixie"), "1\n2");
  EXPECT_EQ(store.read_record("date", "bookworm"), "");
  EXPECT_EQ(store.read_record("other", "trixie"), std::nullopt);
  store.write_record("date", "trixie", "3");
  EXPECT_EQ(store.read_record("date", "trixie"), "3");

  const auto file = store.root() / "records/date" / Digest::of("trixie").hex();
  for (const std::string& damaged : {std::string(), std::string("3"), std::string(65, 'a')}) {
    put(file, damaged);
    EXPECT_EQ(store.read_record("date", "trixie"), std::nullopt);
    EXPECT_FALSE(fs::exists(file));
  }
}

// The disk's limit, as a process meets it: its own limit on the size of files, with the same failing write().
TEST_F(StoreTest, AFullDiskLeavesNothingHalfWritten) {
  const std::string large(1U << 20U, 'z');
  const auto its = Digest::of(large);
  EXPECT_EQ(in_child([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{100'000, 100'000};
              ::setrlimit(RLIMIT_FSIZE, &limit);
              const auto written = error_of([&] { store.write(its, large); });
              const auto recorded = error_of([&] { store.write_record("kind", "key", large); });
              auto partial = store.partial(its);
              const auto appended = error_of([&] { partial->append(large); });
              return written.ends_with(": cannot write: File too large\n") &&
                             recorded.ends_with(": cannot write: File too large\n") &&
                             appended.ends_with(": cannot write: File too large\n") && partial->size() == 0
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_TRUE(nothing_in("tmp"));
  EXPECT_TRUE(nothing_in("partial"));
  EXPECT_FALSE(store.has(its, large.size()));
  EXPECT_EQ(store.read_record("kind", "key"), std::nullopt);
}

TEST_F(StoreTest, AFullDiskIsNamedWithTheWayOut) {
  const base::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(error_of([&] { base::write_all(full.get(), text, blob()); }),
            "error: " + blob().string() +
                ": cannot write: No space left on device\n"
                "  hint: make room on that disk and run the command again; nothing half-written was kept\n");
}

TEST(Store, AFolderThatCannotBeMadeIsAnError) {
  const base::TempDir folder("store");
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_EQ(error_of([&] { Store store(folder.path() / "file/s"); }),
            "error: " + (folder.path() / "file/s/blobs/sha256").string() +
                ": cannot make a folder: Not a directory\n"
                "  hint: debone keeps what it fetches there; DEBONE_STORE names another folder\n");
}

TEST(Store, AFolderThatCannotBeWrittenIsAnError) {
  const base::TempDir folder("store");
  const auto root = folder.path() / "s";
  {
    const Store store(root);
  }
  ::chmod(folder.path().c_str(), 0755);
  // Root may write everywhere, so somebody else tries.
  EXPECT_EQ(in_child([&] {
              ::chmod((root / "tmp").c_str(), 0555);
              if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 2;
              return error_of([&] { Store store(root); }) ==
                             "error: " + root.string() +
                                 ": cannot write: Permission denied\n"
                                 "  hint: debone keeps what it fetches there; DEBONE_STORE names another folder\n"
                         ? 0
                         : 1;
            }),
            0);
}

TEST(Store, ItsFolderFollowsTheEnvironment) {
  const auto root_with = [](const char* store, const char* cache, const char* home) {
    const auto set = [](const char* name, const char* value) {
      if (value != nullptr) {
        ::setenv(name, value, 1);
      } else {
        ::unsetenv(name);
      }
    };
    set("DEBONE_STORE", store);
    set("XDG_CACHE_HOME", cache);
    set("HOME", home);
    return Store::default_root().string();
  };
  const auto in_process = [&](const char* store, const char* cache, const char* home, const std::string& expected) {
    return in_child([&] { return root_with(store, cache, home) == expected ? 0 : 1; });
  };
  EXPECT_EQ(in_process("/s", "/c", "/h", "/s"), 0);
  EXPECT_EQ(in_process("", "/c", "/h", "/c/debone"), 0);
  EXPECT_EQ(in_process(nullptr, nullptr, "/h", "/h/.cache/debone"), 0);
  EXPECT_EQ(in_process(nullptr, "relative", "/h", "/h/.cache/debone"), 0);
  EXPECT_EQ(in_process("relative", nullptr, "/h", (fs::current_path() / "relative").string()), 0);
  EXPECT_EQ(in_child([&] {
              return error_of([&] { root_with(nullptr, nullptr, nullptr); }) ==
                             "error: no folder to keep what is fetched: neither HOME nor XDG_CACHE_HOME is set\n"
                             "  hint: set DEBONE_STORE to a folder\n"
                         ? 0
                         : 1;
            }),
            0);
}

}  // namespace
}  // namespace debone::store
