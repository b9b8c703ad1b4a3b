#include "base/tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/process.h"
#include "base/test_tar.h"

namespace debone::base {
namespace {

using testing::ElementsAre;
using testing::Pair;

// What reading an archive of these entries gives as error text.
std::string failure(const std::string& archive) {
  const auto error = error_of([&] { read_tar(archive); });
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error.place(), "");
  return error.message();
}

// Its content points into the archive.
TarEntry only(const std::string& archive) {
  auto entries = read_tar(archive);
  EXPECT_EQ(entries.size(), 1U);
  return entries.at(0);
}

TEST(TarReader, ReadsEveryFieldOfUstar) {
  const auto archive = tar_entry({.name = "b/c",
                                  .content = "hello",
                                  .mode = 0104755,
                                  .uid = "0000041",
                                  .gid = "0000042",
                                  .mtime = "14000000000",
                                  .user = "www-data",
                                  .group = "adm",
                                  .prefix = "./a"}) +
                       tar_end();
  const auto entry = only(archive);
  EXPECT_EQ(entry.type, TarType::file);
  EXPECT_EQ(entry.name, "./a/b/c");
  EXPECT_EQ(entry.mode, 04755U);
  EXPECT_EQ(entry.uid, 33U);
  EXPECT_EQ(entry.gid, 34U);
  EXPECT_EQ(entry.mtime, 014000000000);
  EXPECT_EQ(entry.user, "www-data");
  EXPECT_EQ(entry.group, "adm");
  EXPECT_EQ(entry.content, "hello");
  EXPECT_EQ(entry.content.data(), archive.data() + 512) << "contents are views, not copies";
}

TEST(TarReader, KnowsTheTypes) {
  auto device = tar_entry({.name = "d", .type = '3'});
  const auto archive = tar_entry({.name = "f", .type = '0'}) + tar_entry({.name = "c", .type = '7'}) +
                       tar_entry({.name = "h", .type = '1', .link = "f"}) +
                       tar_entry({.name = "s", .type = '2', .link = "../x"}) + device +
                       tar_entry({.name = "b", .type = '4'}) + tar_entry({.name = "d/", .type = '5'}) +
                       tar_entry({.name = "p", .type = '6'}) + tar_end();
  std::vector<TarType> types;
  for (const auto& entry : read_tar(archive)) types.push_back(entry.type);
  EXPECT_THAT(types, ElementsAre(TarType::file, TarType::file, TarType::hard_link, TarType::symlink,
                                 TarType::character_device, TarType::block_device, TarType::directory, TarType::fifo));
  EXPECT_EQ(read_tar(archive)[3].link_target, "../x");
}

TEST(TarReader, ReadsV7WithoutAccountsAndDirectoriesByTheirSlash) {
  const auto archive = tar_entry({.name = "old/", .type = '\0', .magic = "", .user = "x", .prefix = "junk"}) +
                       tar_entry({.name = "old/f", .type = '\0', .content = "1", .magic = "", .user = "x"}) + tar_end();
  const auto entries = read_tar(archive);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].type, TarType::directory);
  EXPECT_EQ(entries[0].name, "old/");
  EXPECT_EQ(entries[1].type, TarType::file);
  EXPECT_EQ(entries[1].user, "");
}

TEST(TarReader, TakesNoPrefixFromGnuHeaders) {
  const auto archive = tar_entry({.name = "f", .magic = "ustar  ", .user = "me", .prefix = "01234567"}) + tar_end();
  EXPECT_EQ(only(archive).name, "f");
  EXPECT_EQ(only(archive).user, "me");
}

TEST(TarReader, ReadsGnuLongNames) {
  const std::string name(300, 'n');
  const std::string link(200, 'l');
  const auto archive = tar_entry({.name = "././@LongLink", .type = 'K', .content = link + '\0'}) +
                       tar_entry({.name = "././@LongLink", .type = 'L', .content = name + '\0'}) +
                       tar_entry({.name = "short", .type = '2', .link = "short"}) + tar_entry({.name = "next"}) +
                       tar_end();
  const auto entries = read_tar(archive);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, name);
  EXPECT_EQ(entries[0].link_target, link);
  EXPECT_EQ(entries[1].name, "next");
}

TEST(TarReader, ReadsPaxHeaders) {
  const std::string capability("\x01\0\0\x02\0", 5);
  const auto records = pax_record("path", "p/q") + pax_record("linkpath", "unused") + pax_record("size", "3") +
                       pax_record("mtime", "1700000000.999") + pax_record("uid", "3000000") +
                       pax_record("gid", "4000000") + pax_record("uname", "user") + pax_record("gname", "group") +
                       pax_record("SCHILY.xattr.security.capability", capability) +
                       pax_record("SCHILY.xattr.user.empty", "") + pax_record("comment", "");
  const auto archive = tar_entry({.name = "x", .type = 'x', .content = records}) +
                       tar_entry({.name = "short", .content = "abc", .size = "00000000000"}) +
                       tar_entry({.name = "next"}) + tar_end();
  const auto entries = read_tar(archive);
  ASSERT_EQ(entries.size(), 2U);
  const auto& entry = entries[0];
  EXPECT_EQ(entry.name, "p/q");
  EXPECT_EQ(entry.content, "abc");
  EXPECT_EQ(entry.mtime, 1700000000);
  EXPECT_EQ(entry.uid, 3000000U);
  EXPECT_EQ(entry.gid, 4000000U);
  EXPECT_EQ(entry.user, "user");
  EXPECT_EQ(entry.group, "group");
  EXPECT_THAT(entry.xattrs, ElementsAre(Pair("security.capability", capability), Pair("user.empty", "")));
  EXPECT_TRUE(entries[1].xattrs.empty());
  EXPECT_EQ(entries[1].uid, 0U);
}

TEST(TarReader, KeepsGlobalPaxHeadersUntilTakenBack) {
  const auto archive =
      tar_entry({.name = "g", .type = 'g', .content = pax_record("mtime", "7")}) + tar_entry({.name = "a"}) +
      tar_entry({.name = "b"}) + tar_entry({.name = "x", .type = 'x', .content = pax_record("mtime", "8")}) +
      tar_entry({.name = "c"}) + tar_entry({.name = "g", .type = 'g', .content = pax_record("mtime", "")}) +
      tar_entry({.name = "d"}) + tar_end();
  std::vector<std::int64_t> times;
  for (const auto& entry : read_tar(archive)) times.push_back(entry.mtime);
  EXPECT_THAT(times, ElementsAre(7, 7, 8, 0));
}

TEST(TarReader, RoundsTimesDown) {
  const auto time = [](std::string_view text) {
    return only(tar_entry({.name = "x", .type = 'x', .content = pax_record("mtime", text)}) + tar_entry({.name = "a"}) +
                tar_end())
        .mtime;
  };
  EXPECT_EQ(time("12"), 12);
  EXPECT_EQ(time("12.9"), 12);
  EXPECT_EQ(time("-1"), -1);
  EXPECT_EQ(time("-1.0"), -1);
  EXPECT_EQ(time("-1.5"), -2);
}

TEST(TarReader, ReadsBinaryNumbers) {
  const auto wide = [](std::string_view bytes) { return std::string(12 - bytes.size(), '\0') + std::string(bytes); };
  auto size = wide("\x03");
  size[0] = '\x80';
  auto uid = std::string("\x80\0\0\0\0\x12\x34\x56", 8);
  std::string mtime(12, '\xFF');  // -1
  const auto archive = tar_entry({.name = "f", .content = "abc", .uid = uid, .mtime = mtime, .size = size}) + tar_end();
  const auto entry = only(archive);
  EXPECT_EQ(entry.content, "abc");
  EXPECT_EQ(entry.uid, 0x123456U);
  EXPECT_EQ(entry.mtime, -1);
}

TEST(TarReader, TakesEmptyFieldsAsZeroAndSignedChecksums) {
  const auto entry = only(tar_entry({.name = "f", .uid = std::string(8, '\0'), .gid = "     0 "}) + tar_end());
  EXPECT_EQ(entry.uid, 0U);
  EXPECT_EQ(entry.gid, 0U);
  auto archive = tar_entry({.name = "\xC3\xA4"});
  int sum = 8 * ' ';
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 0 : static_cast<signed char>(archive[i]);
  archive.replace(148, 6, fmt::format("{:06o}", sum));
  EXPECT_EQ(only(archive + tar_end()).name, "\xC3\xA4");
}

TEST(TarReader, IgnoresWhatStandsAfterTheEnd) {
  EXPECT_TRUE(read_tar(tar_end()).empty());
  EXPECT_TRUE(read_tar(tar_end() + "padding or worse").empty());
}

TEST(TarReader, RefusesWhatIsCutShort) {
  const auto whole = tar_entry({.name = "a", .content = "content"}) + tar_end();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_EQ(failure(whole.substr(0, length)), "malformed tar archive: it is cut short") << length;
  }
}

TEST(TarReader, RefusesWhatIsMalformed) {
  const auto with = [](const TestHeader& header) { return failure(tar_entry(header) + tar_end()); };
  const auto pax = [](const std::string& records, char type = 'x') {
    return failure(tar_entry({.name = "x", .type = type, .content = records}) + tar_entry({.name = "a"}) + tar_end());
  };
  const std::string at = "malformed tar archive: ";
  EXPECT_THAT(with({.name = "a", .bad_checksum = true}),
              testing::MatchesRegex(at + "a header's checksum is [0-9]+, it should be [0-9]+"));
  EXPECT_EQ(with({.name = ""}), at + "an entry has no name");
  EXPECT_EQ(with({.name = "a", .type = 'S'}), at + "'a' is a sparse file, which is not supported");
  EXPECT_EQ(with({.name = "a", .type = 'V'}), at + "'a' has the unknown type 'V'");
  EXPECT_EQ(with({.name = "a", .size = "00000000009"}),
            at + "the size '00000000009" + std::string(1, '\0') + "' is no number");
  EXPECT_EQ(with({.name = "a", .size = "77777777777"}), at + "it is cut short");
  EXPECT_EQ(with({.name = "a", .size = std::string(12, '\xFF')}), at + "the size -1 is out of range");
  EXPECT_EQ(with({.name = "a", .size = "\x80\x01" + std::string(10, '\0')}),
            at + "the size '" + "\x80\x01" + std::string(10, '\0') + "' is no number");
  EXPECT_EQ(with({.name = "a", .uid = std::string("\x80\0\0\x01\0\0\0\0", 8)}),
            at + "the user id 4294967296 is out of range");
  EXPECT_EQ(with({.name = "d/", .type = '5', .size = "00000000001"}), at + "'d/' is no file and has content");
  EXPECT_EQ(failure(tar_entry({.name = "a"}) + std::string(512, '\0') + tar_entry({.name = "b"}) + tar_end()),
            at + "a zero block stands between entries");
  EXPECT_EQ(failure(tar_entry({.name = "x", .type = 'x', .content = pax_record("uid", "1")}) + tar_end()),
            at + "its last header belongs to no entry");

  EXPECT_EQ(pax("11 path=abc"), at + "a PAX record's length is wrong");
  EXPECT_EQ(pax("99 path=abc\n"), at + "a PAX record's length is wrong");
  EXPECT_EQ(pax("2 path=abc\n"), at + "a PAX record's length is wrong");
  EXPECT_EQ(pax("path=abc\n"), at + "a PAX record's length is wrong");
  EXPECT_EQ(pax("99999999999999999999 a=b\n"), at + "a PAX record's length is wrong");
  EXPECT_EQ(pax("6 abc\n"), at + "a PAX record has no key");
  EXPECT_EQ(pax("6 =bc\n"), at + "a PAX record has no key");
  EXPECT_EQ(pax(pax_record("path", std::string("a\0b", 3))), at + "the name holds a NUL");
  EXPECT_EQ(pax(pax_record("path", std::string(40000, 'a'))),
            at + "a name of 40000 bytes is longer than the 32768 allowed");
  EXPECT_EQ(pax(pax_record("uid", "4294967296")), at + "the PAX uid '4294967296' is no number in range");
  EXPECT_EQ(pax(pax_record("size", "-1")), at + "the PAX size '-1' is no number in range");
  EXPECT_EQ(pax(pax_record("size", "18446744073709551615")), at + "it is cut short");
  EXPECT_EQ(pax(pax_record("mtime", "1e9")), at + "the PAX mtime '1e9' is no time");
  EXPECT_EQ(pax(pax_record("mtime", "9223372036854775807")), at + "the PAX mtime '9223372036854775807' is no time");
  EXPECT_EQ(pax(pax_record("GNU.sparse.major", "1")), at + "sparse files are not supported");
  EXPECT_EQ(pax(pax_record("path", "a"), 'g'), at + "a global PAX header sets 'path'");
  EXPECT_EQ(pax(pax_record("SCHILY.xattr.user.a", "b"), 'g'), at + "a global PAX header sets 'SCHILY.xattr.user.a'");
}

TEST(TarReader, RefusesWhatIsTooLarge) {
  EXPECT_EQ(failure(tar_entry({.name = "x", .type = 'x', .content = std::string((1U << 20U) + 1, 'x')}) + tar_end()),
            "malformed tar archive: a PAX header of 1048577 bytes is longer than the 1048576 allowed");
  EXPECT_EQ(failure(tar_entry({.name = "x", .type = 'L', .content = std::string(40000, 'x')}) + tar_end()),
            "malformed tar archive: a name of 40000 bytes is longer than the 32768 allowed");
  const auto two = tar_entry({.name = "a"}) + tar_entry({.name = "b"}) + tar_end();
  EXPECT_EQ(read_tar(two, 2).size(), 2U);
  EXPECT_EQ(error_of([&] { read_tar(two, 1); }).message(), "malformed tar archive: more than 1 headers");
}

// Deterministic damage of every kind must end in entries or an Error.
TEST(TarReader, SurvivesFlippedBits) {
  const auto whole =
      tar_entry({.name = "x", .type = 'x', .content = pax_record("path", "p") + pax_record("uid", "1")}) +
      tar_entry({.name = "L", .type = 'L', .content = "long"}) + tar_entry({.name = "a", .content = "content"}) +
      tar_end();
  std::uint32_t random = 12345;
  for (int round = 0; round < 4000; ++round) {
    auto damaged = whole;
    for (int flips = 0; flips < 3; ++flips) {
      random = random * 1664525U + 1013904223U;
      damaged[(random >> 8U) % damaged.size()] ^= static_cast<char>(1U << (random & 7U));
    }
    // The checksums are put right, so that the damage gets past them.
    for (std::size_t block = 0; block < damaged.size(); block += 512) {
      unsigned sum = 8 * ' ';
      for (std::size_t i = 0; i < 512; ++i) {
        if (i < 148 || i >= 156) sum += static_cast<unsigned char>(damaged[block + i]);
      }
      if (sum != 8 * ' ') damaged.replace(block + 148, 6, fmt::format("{:06o}", sum));
    }
    try {
      read_tar(damaged);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Exit::trust);
    }
  }
}

// GNU tar as oracle, in each of the formats that it writes.
TEST(TarReader, ReadsWhatGnuTarWrites) {
  const TempDir folder("debone-tar");
  const std::string long_name = std::string(90, 'd') + "/" + std::string(120, 'f');
  const auto root = folder.path() / "root";
  make_directories(root / std::string(90, 'd'));
  write_file_atomically(root / long_name, "long");
  write_file_atomically(root / "small", "content");
  std::filesystem::create_symlink(std::string(150, 't'), root / "symlink");
  std::filesystem::create_hard_link(root / "small", root / "tiny");
  for (const std::string format : {"v7", "oldgnu", "gnu", "ustar", "pax"}) {
    SCOPED_TRACE(format);
    const auto file = (folder.path() / (format + ".tar")).string();
    std::vector<std::string> command{"tar", "-C", root.string(),         "--format=" + format, "--sort=name",
                                     "-cf", file, "--mtime=@1700000000", "--owner=me:77",      "--group=us:88"};
    const bool short_names = format == "v7" || format == "ustar";
    if (short_names) command.insert(command.end(), {"--exclude=symlink", "--exclude=" + std::string(120, 'f')});
    command.emplace_back(".");
    const auto made = run_and_capture(command, 1U << 20U);
    ASSERT_EQ(made.status, 0) << made.err;
    const auto archive = read_file(file, 1U << 20U);
    const auto entries = read_tar(archive);
    std::vector<std::string> names;
    for (const auto& entry : entries) {
      names.push_back(entry.name);
      EXPECT_EQ(entry.uid, 77U);
      EXPECT_EQ(entry.gid, 88U);
      EXPECT_EQ(entry.mtime, 1700000000);
      EXPECT_EQ(entry.user, format == "v7" ? "" : "me");
      EXPECT_EQ(entry.group, format == "v7" ? "" : "us");
      if (entry.name == "./" + long_name) {
        EXPECT_EQ(entry.content, "long");
      }
      if (entry.name == "./small") {
        EXPECT_EQ(entry.content, "content");
      }
      if (entry.name == "./symlink") {
        EXPECT_EQ(entry.link_target, std::string(150, 't'));
      }
      if (entry.name == "./tiny") {
        EXPECT_EQ(entry.link_target, "./small");
      }
    }
    if (short_names) {
      EXPECT_THAT(names, ElementsAre("./", "./" + std::string(90, 'd') + "/", "./small", "./tiny"));
    } else {
      EXPECT_THAT(names, ElementsAre("./", "./" + std::string(90, 'd') + "/", "./" + long_name, "./small", "./symlink",
                                     "./tiny"));
    }
  }
}

}  // namespace
}  // namespace debone::base
