#include "check/loader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "check/check.h"
#include "package/fake_elf.h"

namespace debone::check {
namespace {

using base::RelPath;
using package::testing::FakeElf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string loader = "/lib64/ld-linux-x86-64.so.2";

class Libraries : public ::testing::Test {
 protected:
  Libraries() { file("lib64/ld-linux-x86-64.so.2", {.soname = "ld-linux-x86-64.so.2"}); }

  void file(const std::string& path, const FakeElf& elf, std::uint32_t mode = 0755) {
    tree.put_file(*RelPath::parse(path), elf.bytes(), mode, 0, "package:x");
  }
  void text(const std::string& path, std::string content) {
    tree.put_file(*RelPath::parse(path), std::move(content), 0644, 0, "package:x");
  }
  void program(std::vector<std::string> needed, const std::string& runpath = "", const std::string& rpath = "") {
    file("usr/bin/app", {.needed = std::move(needed), .interpreter = interpreter, .rpath = rpath, .runpath = runpath});
  }
  void library(const std::string& directory, const std::string& soname, std::vector<std::string> needed = {}) {
    file(directory + "/" + soname, {.soname = soname, .needed = std::move(needed)}, 0644);
  }

  // Of the libraries: "failure library-missing /usr/bin/app: it needs ...".
  std::vector<std::string> findings() const {
    Process process;
    process.library_path = library_path;
    std::vector<std::string> lines;
    for (const auto& finding : findings_of({.tree = tree, .process = process})) {
      if (finding.id.starts_with("library-"))
        lines.push_back(fmt::format("{} {} {}: {}", finding.severity == Severity::failure ? "failure" : "report",
                                    finding.id, finding.path, finding.text));
    }
    return lines;
  }
  static std::string not_searched(const std::string& file, const std::string& soname, const std::string& where) {
    return fmt::format(
        "failure library-missing {}: it needs {}, and {} is where the loader does not look for it; name that directory "
        "in LD_LIBRARY_PATH under `environment`, or cut the file",
        file, soname, where);
  }
  static std::string is_private(const std::string& file, const std::string& soname, const std::string& where) {
    return fmt::format("report library-private {}: it needs {}, which is only in a private directory: {}", file, soname,
                       where);
  }
  const std::string app_lacks = not_searched("/usr/bin/app", "libfoo.so.1", "/usr/lib/private/libfoo.so.1");

  tree::Tree tree;
  std::string library_path;
  std::string interpreter = loader;
};

TEST_F(Libraries, APrivateDirectoryIsNotSearched) {
  program({"libfoo.so.1"});
  library("usr/lib/private", "libfoo.so.1");
  EXPECT_THAT(findings(), ElementsAre(app_lacks));
}

TEST_F(Libraries, DefaultDirectories) {
  program({"liba.so", "libb.so", "libc.so.6", "libe.so"});
  library("usr/lib", "liba.so");
  library("usr/lib/x86_64-linux-gnu", "libb.so");
  library("usr/lib64", "libc.so.6");
  library("usr/lib64", "libe.so");
  EXPECT_THAT(findings(), IsEmpty());
  tree.remove(*RelPath::parse("usr/lib64/libc.so.6"));
  library("usr/lib", "libc.so.6");
  EXPECT_THAT(findings(), ElementsAre(not_searched("/usr/bin/app", "libe.so", "/usr/lib64/libe.so")));
}

TEST_F(Libraries, RunpathHoldsForTheFileAlone) {
  library("usr/lib/private", "libfoo.so.1");
  for (const auto* path :
       {"/usr/lib/private", "$ORIGIN/../lib/private", "${ORIGIN}/../lib/private", "/none:/usr/$LIB/private"}) {
    program({"libfoo.so.1"}, path);
    EXPECT_THAT(findings(), IsEmpty()) << path;
  }
  program({"libapp.so"}, "/usr/lib/private");
  library("usr/lib", "libapp.so", {"libfoo.so.1"});
  EXPECT_THAT(findings(),
              ElementsAre(not_searched("/usr/lib/libapp.so", "libfoo.so.1", "/usr/lib/private/libfoo.so.1")));
}

TEST_F(Libraries, RpathHoldsForWhatTheFileLoads) {
  library("usr/lib/private", "libfoo.so.1");
  library("usr/lib", "libapp.so", {"libfoo.so.1"});
  program({"libapp.so"}, "", "/usr/lib/private");
  EXPECT_THAT(findings(), IsEmpty());
  // Not where it has a RUNPATH of its own, nor where the program has one.
  program({"libapp.so"}, "/none", "/usr/lib/private");
  EXPECT_THAT(findings(), ::testing::SizeIs(1));
  program({"libapp.so"}, "", "/usr/lib/private");
  file("usr/lib/libapp.so", {.soname = "libapp.so", .needed = {"libfoo.so.1"}, .runpath = "/none"}, 0644);
  EXPECT_THAT(findings(), ::testing::SizeIs(1));
}

TEST_F(Libraries, WhatIsLoadedAlreadyIsNotSearchedFor) {
  program({"libfoo.so.1", "libapp.so"}, "/usr/lib/private");
  library("usr/lib/private", "libfoo.so.1");
  library("usr/lib", "libapp.so", {"libfoo.so.1", "ld-linux-x86-64.so.2"});
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Libraries, TheOriginIsWhereAFileWasFound) {
  program({"libapp.so"}, "/opt/app/lib");
  tree.put_symlink(*RelPath::parse("opt/app/lib/libapp.so"), "/usr/share/app/libapp.so", 0, "package:x");
  file("usr/share/app/libapp.so", {.soname = "libapp.so", .needed = {"libfoo.so.1"}, .runpath = "$ORIGIN/private"},
       0644);
  library("opt/app/lib/private", "libfoo.so.1");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Libraries, TheImagesLibraryPath) {
  program({"libfoo.so.1"});
  library("usr/lib/private", "libfoo.so.1");
  library_path = "/none:/usr/lib/private";
  EXPECT_THAT(findings(), IsEmpty());
}

// As ldconfig of a real system writes it, in this machine's order of bytes; of libfoo.so.1 alone.
std::string cache_of(std::string_view path, std::uint64_t hwcap) {
  std::string bytes = "glibc-ld.so.cache1.1";
  const auto number = [&](std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFFU);
  };
  number(1, 4);
  number(0, 4);
  number(2, 1);
  bytes.resize(48);
  number(3, 4);
  number(72, 4);
  number(84, 4);
  number(0, 4);
  number(hwcap, 8);
  return bytes + std::string("libfoo.so.1\0", 12) + std::string(path) + '\0';
}

TEST_F(Libraries, TheCacheAndNotItsConfiguration) {
  program({"libfoo.so.1"});
  library("usr/lib/private", "libfoo.so.1");
  text("etc/ld.so.conf", "/usr/lib/private\n");
  EXPECT_THAT(findings(), ElementsAre(app_lacks));
  text("etc/ld.so.cache", cache_of("/usr/lib/private/libfoo.so.1", 0));
  EXPECT_THAT(findings(), IsEmpty());
  text("etc/ld.so.cache", "ld.so-1.7.0" + cache_of("/usr/lib/private/libfoo.so.1", 0));
  EXPECT_THAT(findings(), IsEmpty());
  text("etc/ld.so.cache", cache_of("/usr/lib/private/libfoo.so.1", std::uint64_t{1} << 62U));
  EXPECT_THAT(findings(), ElementsAre(app_lacks));
  text("etc/ld.so.cache", cache_of("/usr/lib/gone/libfoo.so.1", 0));
  EXPECT_THAT(findings(), ElementsAre(app_lacks));
  // Cut short anywhere it is no harm.
  const auto whole = cache_of("/usr/lib/private/libfoo.so.1", 0);
  for (std::size_t size = 0; size < whole.size() - 1; ++size) {
    text("etc/ld.so.cache", whole.substr(0, size));
    EXPECT_THAT(findings(), ElementsAre(app_lacks)) << size;
  }
}

TEST_F(Libraries, PluginsAreLoadedByWhoMayHaveLoadedMore) {
  library("usr/lib/app/plugins", "plugin.so", {"libfoo.so.1"});
  library("usr/lib/private", "libfoo.so.1");
  const auto report = is_private("/usr/lib/app/plugins/plugin.so", "libfoo.so.1", "/usr/lib/private/libfoo.so.1");
  EXPECT_THAT(findings(), ElementsAre(report));
  // A program that loads it does not start.
  program({"plugin.so"}, "/usr/lib/app/plugins");
  EXPECT_THAT(findings(), ElementsAre(not_searched("/usr/lib/app/plugins/plugin.so", "libfoo.so.1",
                                                   "/usr/lib/private/libfoo.so.1")));
  // A library that everybody finds is none that a plugin's program prepares for.
  tree.remove(*RelPath::parse("usr/bin/app"));
  tree.remove(*RelPath::parse("usr/lib/app/plugins/plugin.so"));
  library("usr/lib", "libpublic.so", {"libfoo.so.1"});
  EXPECT_THAT(findings(),
              ElementsAre(not_searched("/usr/lib/libpublic.so", "libfoo.so.1", "/usr/lib/private/libfoo.so.1")));
}

TEST_F(Libraries, MuslsLoaderHasItsOwnRules) {
  interpreter = "/lib/ld-musl-x86_64.so.1";
  file("lib/ld-musl-x86_64.so.1", {.soname = "libc.musl-x86_64.so.1"});
  program({"libc.so", "libapp.so", "liblocal.so"}, "/usr/lib/private");
  library("usr/lib", "libapp.so", {"libfoo.so.1"});
  library("usr/lib/private", "libfoo.so.1");
  library("usr/local/lib", "liblocal.so");
  EXPECT_THAT(findings(), IsEmpty());
  text("etc/ld-musl-x86_64.path", "/lib\n/usr/lib:/opt\n");
  EXPECT_THAT(findings(), ElementsAre(not_searched("/usr/bin/app", "liblocal.so", "/usr/local/lib/liblocal.so")));
}

TEST_F(Libraries, SearchesEnd) {
  program({"liba.so", "libb.so", "libc.so"}, "/x:/y");
  const auto load = [&](std::size_t most_searches) {
    Loader(tree, "", most_searches).load(*RelPath::parse("usr/bin/app"), [](const auto&, const auto&, bool) {});
  };
  load(6);
  EXPECT_THROW(load(5), base::Error);
}

}  // namespace
}  // namespace debone::check
