#include "package/deb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/compression.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "package/test_deb.h"

namespace debone::package {
namespace {

using base::Error;
using base::error_of;
using base::Exit;
using base::tar_end;
using base::tar_entry;
using testing::ElementsAre;
using testing::Pair;

constexpr std::uint64_t limit = 1U << 20U;
const std::string control = control_tar(control_text("a", "1"));
const std::string data =
    tar_entry({.name = "./", .type = '5'}) + tar_entry({.name = "./f", .content = "x"}) + tar_end();

std::string failure(const std::string& bytes) {
  const auto error = error_of([&] { read_deb(bytes, "amd64", "a.deb", limit); });
  EXPECT_EQ(error.code(), Exit::trust);
  EXPECT_EQ(error.place(), "a.deb");
  return error.message();
}

std::string failure(const Members& members) { return failure(ar(members)); }

TEST(Deb, ReadsControlFilesAndEntries) {
  const auto bytes = deb(control_tar(control_text("a", "1:2-3", "Depends: b (>= 1)\n") + "\n",
                                     {{"./postinst", "#!/bin/sh\n"}, {"md5sums", ""}}),
                         data);
  const auto read = read_deb(bytes, "amd64", "a.deb", limit);
  EXPECT_EQ(read.record.id(), "a_1:2-3_amd64");
  EXPECT_EQ(read.control + "\n", control_text("a", "1:2-3", "Depends: b (>= 1)\n"));
  EXPECT_THAT(read.control_files, ElementsAre(Pair("md5sums", ""), Pair("postinst", "#!/bin/sh\n")));
  ASSERT_EQ(read.entries.size(), 2U);
  EXPECT_EQ(read.entries[1].name, "./f");
  EXPECT_EQ(read.entries[1].content, "x");
  EXPECT_GE(read.entries[1].content.data(), read.data->data()) << "contents point into the one decompressed data.tar";
  EXPECT_LT(read.entries[1].content.data(), read.data->data() + read.data->size());
  EXPECT_EQ(read_control(bytes, "a.deb"), read.control);
}

TEST(Deb, PassesOverUnderscoredMembersAndWhatFollowsTheData) {
  const Members members{{"debian-binary", "2.1\nmore\n"},
                        {"_gpgbuilder", "odd"},
                        {"control.tar", control},
                        {"_x", ""},
                        {"data.tar", data},
                        {"_gpgorigin", "signature"},
                        {"later-part", "x"}};
  EXPECT_EQ(read_deb(ar(members), "amd64", "a.deb", limit).entries.size(), 2U);
}

TEST(Deb, TakesAnOddMemberAtTheEndWithoutItsPadding) {
  const Members members{{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar", data}, {"_odd", "x"}};
  auto bytes = ar(members);
  bytes.pop_back();
  EXPECT_EQ(read_deb(bytes, "amd64", "a.deb", limit).entries.size(), 2U);
}

TEST(Deb, TakesNamesEndedByASlash) {
  const Members members{{"debian-binary/", "2.0\n"}, {"control.tar/", control}, {"data.tar/", data}};
  EXPECT_EQ(read_deb(ar(members), "amd64", "a.deb", limit).entries.size(), 2U);
}

TEST(Deb, ReadsControlWithoutItsData) {
  const Members members{{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar.xz", "never looked at"}};
  EXPECT_EQ(read_control(ar(members), "a.deb") + "\n", control_text("a", "1"));
}

TEST(Deb, RefusesAMalformedAr) {
  const auto whole = deb(control, data);
  EXPECT_EQ(failure(std::string()), "malformed ar archive: it does not begin with '!<arch>'");
  EXPECT_EQ(failure(std::string("<!doctype html>")), "malformed ar archive: it does not begin with '!<arch>'");
  EXPECT_EQ(failure(whole + "trailing"), "malformed ar archive: it is cut short in a header");
  EXPECT_EQ(failure(whole + std::string(60, 'x')), "malformed ar archive: a member's header is damaged");
  auto no_number = whole;
  no_number.replace(8 + 48, 10, "-4        ");
  EXPECT_EQ(failure(no_number), "malformed ar archive: the size of 'debian-binary' is no number");
  auto too_long = whole;
  too_long.replace(8 + 48, 10, "9999999999");
  EXPECT_EQ(failure(too_long), "malformed ar archive: it is cut short in 'debian-binary'");
  EXPECT_EQ(failure(whole.substr(0, whole.size() - 1)), "malformed ar archive: it is cut short in 'data.tar'");
  std::string many = "!<arch>\n";
  for (int i = 0; i < 65; ++i) many += ar_member("_x", "");
  EXPECT_EQ(failure(many), "malformed ar archive: more than 64 members");
}

TEST(Deb, RefusesMissingAndMisplacedMembers) {
  EXPECT_EQ(failure(Members{}), "no .deb: the first member is not 'debian-binary'");
  EXPECT_EQ(failure({{"control.tar", control}, {"debian-binary", "2.0\n"}}),
            "no .deb: the first member is not 'debian-binary'");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}}), "the .deb has no member 'control.tar'");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"data.tar", data}, {"control.tar", control}}),
            "the .deb has 'data.tar' where 'control.tar' should be");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"extra", ""}, {"data.tar", data}}),
            "the .deb has 'extra' where 'data.tar' should be");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}}), "the .deb has no member 'data.tar'");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar.bz2", control}, {"data.tar", data}}),
            "the .deb has the unknown member 'control.tar.bz2'");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar.lzma", data}}),
            "the .deb has the unknown member 'data.tar.lzma'");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar", data}, {"data.tar", data}}),
            "the .deb has 'data.tar' after its data");
  EXPECT_EQ(failure({{"debian-binary", "3.0\n"}, {"control.tar", control}, {"data.tar", data}}),
            "unknown .deb format '3.0'");
  EXPECT_EQ(failure({{"debian-binary", "2.0"}, {"control.tar", control}, {"data.tar", data}}),
            "its debian-binary holds no version");
  EXPECT_EQ(failure({{"debian-binary", "2\n"}, {"control.tar", control}, {"data.tar", data}}),
            "its debian-binary holds no version");
}

TEST(Deb, RefusesABadControlArchive) {
  const auto with = [](const std::string& archive) { return failure(deb(archive, data)); };
  EXPECT_EQ(with(tar_end()), "there is no file 'control'");
  EXPECT_EQ(with(control_tar("")), "the file 'control' has 0 stanzas, it should have one");
  EXPECT_EQ(with(control_tar(control_text("a", "1") + "\n" + control_text("b", "1"))),
            "the file 'control' has 2 stanzas, it should have one");
  EXPECT_EQ(with(tar_entry({.name = "./../postinst"}) + tar_end()), "'./../postinst' is no name for a control file");
  EXPECT_EQ(with(tar_entry({.name = "/control"}) + tar_end()), "'/control' is no name for a control file");
  EXPECT_EQ(with(tar_entry({.name = "./control", .type = '2', .link = "/etc/shadow"}) + tar_end()),
            "'./control' is no plain file");
  EXPECT_EQ(with(control_tar(control_text("a", "1"), {{"control", "x"}})), "'control' stands twice");
  EXPECT_EQ(with("junk"), "malformed tar archive: it is cut short");
  const auto error = error_of([] { read_deb(deb("junk", data), "amd64", "a.deb", limit); });
  EXPECT_THAT(error.frames(), ElementsAre("reading its control.tar"));
}

TEST(Deb, RefusesBadData) {
  EXPECT_EQ(failure(deb(control, "junk")), "malformed tar archive: it is cut short");
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar.gz", "junk"}}),
            "the gzip data is damaged or cut short");
  const auto bomb = base::gzip(std::string(limit + 1, '\0'), 9);
  EXPECT_EQ(failure({{"debian-binary", "2.0\n"}, {"control.tar", control}, {"data.tar.gz", bomb}}),
            "decompresses to more than the 1048576 bytes allowed");
  const auto error = error_of([] { read_deb(deb(control, "junk"), "amd64", "a.deb", limit); });
  EXPECT_EQ(error.render(), "error: a.deb: malformed tar archive: it is cut short\n  while reading its data.tar\n");
}

TEST(Deb, MayHoldWhatItsInstalledSizeMakesLikely) {
  constexpr std::uint64_t most = 80U << 20U;
  const auto of = [](const std::string& fields, std::size_t mebibytes, const std::string& stuffing = "") {
    const auto zeros = base::gzip(std::string(mebibytes << 20U, '\0'), 1);
    return ar({{"debian-binary", "2.0\n"},
               {"control.tar", control_tar(control_text("a", "1", fields), {{"x", stuffing}})},
               {"data.tar.gz", zeros}});
  };
  const auto outcome = [](const std::string& bytes) {
    const auto error = error_of([&] {
      read_deb(bytes, "amd64", "a.deb", most);
      throw Error(Exit::internal, "read");
    });
    return error.message();
  };
  EXPECT_EQ(outcome(of("", 64)), "read");
  EXPECT_EQ(outcome(of("", 65)), "decompresses to more than the 67108864 bytes allowed");
  EXPECT_EQ(outcome(of("Installed-Size: 1\n", 65)), "decompresses to more than the 67108864 bytes allowed");
  EXPECT_EQ(outcome(of("Installed-Size: 16640\n", 65)), "read");
  EXPECT_EQ(outcome(of("Installed-Size: 16640\n", 66)), "decompresses to more than the 68157440 bytes allowed");
  EXPECT_EQ(outcome(of("", 65, std::string(700'000, 'x'))), "read");
  EXPECT_EQ(outcome(of("Installed-Size: 18014398509481983\n", 81)),
            "decompresses to more than the 83886080 bytes allowed");
}

// dpkg-deb as oracle, in each compression that it writes.
TEST(Deb, ReadsWhatDpkgDebWrites) {
  const base::TempDir folder("debone-deb");
  const auto root = folder.path() / "root";
  base::make_directories(root / "DEBIAN");
  base::make_directories(root / "usr/share/doc" / std::string(120, 'd'));
  base::write_file_atomically(root / "DEBIAN/control",
                              control_text("oracle", "1.2-3", "Depends: libc6 (>= 2), a | b\nDescription: x\n more\n"));
  base::write_file_atomically(root / "DEBIAN/postinst", "#!/bin/sh\n");
  std::filesystem::permissions(root / "DEBIAN/postinst", std::filesystem::perms(0755));
  base::write_file_atomically(root / "usr/share/doc" / std::string(120, 'd') / "file", std::string(5000, 'x'));
  std::filesystem::create_symlink("../doc", root / "usr/share/link");
  std::filesystem::create_hard_link(root / "usr/share/doc" / std::string(120, 'd') / "file", root / "usr/share/hard");
  for (const std::string compression : {"gzip", "xz", "zstd", "none"}) {
    SCOPED_TRACE(compression);
    const auto file = (folder.path() / (compression + ".deb")).string();
    const auto built = base::run_and_capture(
        {"dpkg-deb", "--root-owner-group", "-Z" + compression, "--build", root.string(), file}, limit);
    ASSERT_EQ(built.status, 0) << built.err;
    const auto bytes = base::read_file(file, limit);
    const auto read = read_deb(bytes, "amd64", file, limit);
    EXPECT_EQ(base::run_and_capture({"dpkg-deb", "--fsys-tarfile", file}, limit).out, *read.data);
    EXPECT_EQ(base::run_and_capture({"dpkg-deb", "--field", file}, limit).out, read.control + "\n");
    EXPECT_THAT(read.control_files, ElementsAre(Pair("postinst", "#!/bin/sh\n")));
    std::string names;
    for (const auto& entry : read.entries) names += entry.name + "\n";
    std::string listed;
    const auto contents = base::run_and_capture({"dpkg-deb", "--contents", file}, limit).out;
    for (const auto line : base::lines(contents)) listed += std::string(base::words(line).at(5)) + "\n";
    EXPECT_EQ(names, listed);
  }
}

}  // namespace
}  // namespace debone::package
