#include "layer/tar_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

namespace debone::layer {
namespace {

using base::TarEntry;
using base::TarType;

TarEntry file(std::string name) {
  TarEntry entry;
  entry.name = std::move(name);
  entry.mode = 0644;
  entry.mtime = 1700000000;
  return entry;
}

std::string tar_of(const std::vector<TarEntry>& entries) {
  std::string tar;
  for (const auto& entry : entries) {
    tar += tar_header(entry, entry.content.size());
    tar += entry.content;
    tar += tar_padding(entry.content.size());
  }
  tar += tar_end();
  return tar;
}

// What tar lists, names as they stand.
std::string gnu_list(const std::string& tar) {
  const base::TempDir folder("tar_writer_test");
  const auto path = folder.path() / "a.tar";
  base::write_file_atomically(path, tar);
  const auto listed = base::run_and_capture({"env", "LC_ALL=C.UTF-8", "TZ=UTC", "tar", "--numeric-owner",
                                             "--quoting-style=literal", "--full-time", "-tvf", path.string()},
                                            1U << 20U);
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_EQ(listed.err, "");
  return listed.out;
}

void expect_same(const TarEntry& read, const TarEntry& written) {
  EXPECT_EQ(read.type, written.type);
  EXPECT_EQ(read.name, written.name);
  EXPECT_EQ(read.link_target, written.link_target);
  EXPECT_EQ(read.mode, written.mode);
  EXPECT_EQ(read.uid, written.uid);
  EXPECT_EQ(read.gid, written.gid);
  EXPECT_EQ(read.mtime, written.mtime);
  EXPECT_EQ(read.xattrs, written.xattrs);
  EXPECT_EQ(read.content, written.content);
  EXPECT_EQ(read.user, "");
  EXPECT_EQ(read.group, "");
}

TEST(TarWriter, ASmallEntryIsOneUstarBlock) {
  auto entry = file("usr/bin/php");
  entry.mode = 04755;
  entry.uid = 33;
  entry.gid = 34;
  const auto header = tar_header(entry, 5);
  ASSERT_EQ(header.size(), 512U);
  EXPECT_EQ(header.substr(0, 12), std::string("usr/bin/php\0", 12));
  EXPECT_EQ(header.substr(100, 8), std::string("0004755\0", 8));
  EXPECT_EQ(header.substr(108, 16), std::string("0000041\0"
                                                "0000042\0",
                                                16));
  EXPECT_EQ(header.substr(124, 12), std::string("00000000005\0", 12));
  EXPECT_EQ(header.substr(257, 8), std::string("ustar\0"
                                               "00",
                                               8));
}

TEST(TarWriter, ReadsBackEqualWhateverItHolds) {
  std::vector<TarEntry> entries;
  entries.push_back(file("a"));
  entries.back().content = "hello\n";
  entries.push_back(file("usr/"));
  entries.back().type = TarType::directory;
  entries.push_back(file("link"));
  entries.back().type = TarType::symlink;
  entries.back().link_target = std::string(101, 't');
  entries.push_back(file("hard"));
  entries.back().type = TarType::hard_link;
  entries.back().link_target = "a";
  entries.push_back(file(std::string(100, 'n')));                                                 // fits the name
  entries.push_back(file(std::string(101, 'n')));                                                 // does not
  entries.push_back(file(std::string(155, 'p') + "/" + std::string(100, 'n')));                   // fits the prefix
  entries.push_back(file(std::string(156, 'p') + "/" + std::string(100, 'n')));                   // does not
  entries.push_back(file(std::string(60, 'p') + "/" + std::string(60, 'q') + "/n"));              // cut at a slash
  entries.push_back(file("usr/share/ca-certificates/NetLock_Arany_(Class_Gold)_F\xC5\x91.crt"));  // not ASCII
  entries.push_back(file("bytes\xFF"));
  entries.push_back(file("old"));
  entries.back().mtime = -1;
  entries.push_back(file("far"));
  entries.back().mtime = 0x7FFFFFFFFFFF;
  entries.push_back(file("owners"));
  entries.back().uid = 02000000 * 8;
  entries.back().gid = 0xFFFFFFFE;
  entries.push_back(file("ping"));
  entries.back().xattrs = {{"security.capability", std::string("\x01\0\0\x02\n=", 6)}, {"user.empty", ""}};

  const auto tar = tar_of(entries);
  const auto read = base::read_tar(tar);
  ASSERT_EQ(read.size(), entries.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    SCOPED_TRACE(entries[i].name);
    expect_same(read[i], entries[i]);
  }
  const auto listed = gnu_list(tar);
  for (const auto& entry : entries) EXPECT_THAT(listed, testing::HasSubstr(entry.name));
}

TEST(TarWriter, GnuTarSeesModesOwnersAndTimes) {
  auto entry = file("etc/shadow");
  entry.mode = 0640;
  entry.gid = 42;
  entry.content = "x";
  auto large = file("large-owner");
  large.uid = 4000000000;
  large.mtime = -86400;
  EXPECT_EQ(gnu_list(tar_of({entry, large})),
            "-rw-r----- 0/42              1 2023-11-14 22:13:20 etc/shadow\n"
            "-rw-r--r-- 4000000000/0      0 1969-12-31 00:00:00 large-owner\n");
}

TEST(TarWriter, ASizeAboveEightGibibytesGoesIntoAPaxHeader) {
  EXPECT_EQ(tar_header(file("a"), (std::uint64_t{8} << 30U) - 1).size(), 512U);
  const auto header = tar_header(file("a"), std::uint64_t{8} << 30U);
  ASSERT_EQ(header.size(), 3U * 512U);
  EXPECT_EQ(header.substr(512, 19), std::string("19 size=8589934592\n"));
  EXPECT_EQ(header.substr(1024 + 124, 12), std::string("00000000000\0", 12));
}

TEST(TarWriter, ARecordCountsTheDigitsOfItsOwnLength) {
  // Around 100 and 1000 bytes the length's own digits move it on.
  for (const std::size_t size : {80U, 84U, 85U, 86U, 87U, 88U, 89U, 90U, 979U, 980U, 981U, 982U, 983U, 984U, 985U}) {
    auto entry = file("a");
    entry.xattrs["user.x"] = std::string(size, 'v');
    const auto tar = tar_of({entry});
    EXPECT_EQ(base::read_tar(tar).at(0).xattrs, entry.xattrs) << size;
  }
}

TEST(TarWriter, FillsTheLastBlock) {
  EXPECT_EQ(tar_padding(0).size(), 0U);
  EXPECT_EQ(tar_padding(1).size(), 511U);
  EXPECT_EQ(tar_padding(512).size(), 0U);
  EXPECT_EQ(tar_padding(513).size(), 511U);
  EXPECT_EQ(tar_end(), std::string(1024, '\0'));
}

TEST(TarWriter, RefusesDevices) {
  auto entry = file("dev/null");
  entry.type = TarType::character_device;
  try {
    tar_header(entry, 0);
    FAIL() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "a device is not written into a layer");
    EXPECT_EQ(error.code(), base::Exit::internal);
  }
}

}  // namespace
}  // namespace debone::layer
