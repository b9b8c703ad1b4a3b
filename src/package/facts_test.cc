#include "package/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/test_tar.h"
#include "package/fake_elf.h"
#include "package/test_deb.h"

namespace debone::package {
namespace {

using base::error_of;
using base::TarType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t limit = 64U << 20U;

Deb made(const std::string& data, const Members& control_files = {}, std::string_view fields = "") {
  return read_deb(deb(control_tar(control_text("app", "1.0", fields), control_files), data + base::tar_end()), "amd64",
                  "app.deb", limit);
}

std::string file(const std::string& name, const std::string& content, std::uint32_t mode = 0644) {
  return base::tar_entry({.name = name, .content = content, .mode = mode});
}

std::map<std::string, File> by_path(const Facts& facts) {
  std::map<std::string, File> files;
  for (const auto& one : facts.files) files[one.path] = one;
  return files;
}

TEST(Facts, SayWhatFilesAreAndName) {
  testing::FakeElf library;
  library.soname = "libapp.so.1";
  library.needed = {"libc.so.6"};
  library.tail = std::string("\0libother.so.2\0/usr/share/app/x\0", 33);
  const auto facts = inspect(
      made(base::tar_entry({.name = "./", .type = '5', .mode = 0755}) + file("./usr/lib/libapp.so.1", library.bytes()) +
           base::tar_entry({.name = "./usr/lib/libapp.so", .type = '2', .link = "libapp.so.1"}) +
           base::tar_entry({.name = "./usr/lib/libhard.so", .type = '1', .link = "./usr/lib/libapp.so.1"}) +
           file("./usr/bin/tool", "#!/usr/bin/env -S FOO=1 python3 -O\nimport '/etc/app.conf'\n", 0755) +
           file("./usr/bin/other", "#! /bin/sh -e\n", 0755) + file("./usr/share/doc/app/README", "/usr/bin/never\n")));
  const auto files = by_path(facts);
  EXPECT_EQ(files.size(), 7U);
  EXPECT_EQ(files.at("").type, TarType::directory);
  const auto& shown = files.at("usr/lib/libapp.so.1");
  EXPECT_EQ(shown.elf->soname, "libapp.so.1");
  EXPECT_THAT(shown.elf->needed, ElementsAre("libc.so.6"));
  EXPECT_THAT(shown.sonames, ElementsAre("libapp.so.1", "libc.so.6", "libother.so.2"));
  EXPECT_THAT(shown.paths_named, ElementsAre("/usr/share/app/x"));
  EXPECT_FALSE(shown.is_program());
  EXPECT_EQ(files.at("usr/lib/libapp.so").link, "libapp.so.1");
  EXPECT_EQ(files.at("usr/lib/libhard.so").link, "usr/lib/libapp.so.1");
  EXPECT_EQ(files.at("usr/bin/tool").interpreter, "python3");
  EXPECT_EQ(files.at("usr/bin/tool").mode, 0755U);
  EXPECT_THAT(files.at("usr/bin/tool").paths_named, ElementsAre("/etc/app.conf", "/usr/bin/env"));
  EXPECT_EQ(files.at("usr/bin/other").interpreter, "/bin/sh");
  EXPECT_THAT(files.at("usr/share/doc/app/README").paths_named, IsEmpty());
}

TEST(Facts, KeepTheScriptsThatAreEvidence) {
  const auto facts =
      inspect(made("", {{"./postinst", "#!/bin/sh\n"}, {"./prerm", "#!/bin/sh\n"}, {"./triggers", "interest x\n"}},
                   "Depends: libc6 (>= 2.41)\n"));
  EXPECT_EQ(facts.control_files,
            (std::map<std::string, std::string>{{"postinst", "#!/bin/sh\n"}, {"triggers", "interest x\n"}}));
  EXPECT_EQ(facts.record.depends.at(0).at(0).name, "libc6");
}

TEST(Facts, AMalformedElfFileIsData) {
  const auto facts = inspect(made(file("./usr/lib/x.so", "\177ELF\2\1\1 and no more")));
  EXPECT_FALSE(facts.files.at(0).elf.has_value());
}

TEST(Facts, AHardLinkOutOfThePackageIsRefused) {
  EXPECT_EQ(error_of([] {
              inspect(made(base::tar_entry({.name = "./x", .type = '1', .link = "../../etc/passwd"})));
            }).render(),
            "error: app_1.0_amd64: the hard link '/x' leads to '../../etc/passwd', where no file is\n");
}

TEST(Facts, AreReadBackAsTheyWere) {
  testing::FakeElf library;
  library.soname = "libapp.so.1";
  library.needed = {"libc.so.6", "libm.so.6"};
  library.big_endian = true;
  const auto facts =
      inspect(made(file("./usr/lib/libapp.so.1", library.bytes()) + file("./usr/bin/x", "#!/bin/sh\n/usr/bin/y", 0755) +
                       base::tar_entry({.name = "./usr/l", .type = '2', .link = "/usr/bin/x"}),
                   {{"./postinst", "#!/bin/sh\n"}}));
  const auto bytes = encode(facts);
  const auto again = decode(bytes, "amd64");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(encode(*again), bytes);
  EXPECT_EQ(again->record.id(), "app_1.0_amd64");
  EXPECT_EQ(by_path(*again).at("usr/bin/x").interpreter, "/bin/sh");
  EXPECT_TRUE(by_path(*again).at("usr/lib/libapp.so.1").elf->big_endian);
}

TEST(Facts, OfAnotherFormAreNone) {
  EXPECT_FALSE(decode("", "amd64").has_value());
  auto bytes = encode(inspect(made("")));
  bytes[0] = '\x7f';
  EXPECT_FALSE(decode(bytes, "amd64").has_value());
}

TEST(Facts, DamagedOnesAreRefused) {
  const auto bytes = encode(inspect(made(file("./usr/bin/x", "#!/bin/sh\n", 0755))));
  for (std::size_t size = 1; size < bytes.size(); ++size)
    EXPECT_THROW(decode(bytes.substr(0, size), "amd64"), base::Error) << size;
  EXPECT_THROW(decode(bytes + "x", "amd64"), base::Error);
}

}  // namespace

}  // namespace debone::package
