#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/process.h"
#include "base/text.h"
#include "effects/ld_so_cache_file.h"
#include "effects/library_directories.h"
#include "effects/testing.h"
#include "package/fake_elf.h"

namespace debone::effects {
namespace {

using package::testing::FakeElf;
using testing::Image;
using testing::Texts;

// "(Debian GLIBC 2.41-12) stable release version 2.41", put together from this machine's `ldconfig --version`.
std::string banner_of_this_machine() {
  const auto said = base::run_and_capture({"/sbin/ldconfig", "--version"}, 1U << 16U).out;
  const auto line = base::split(said, '\n').front();  // ldconfig (Debian GLIBC 2.41-12) 2.41
  const auto end = line.rfind(' ');
  return fmt::format("{} stable release version {}", line.substr(9, end - 9), line.substr(end + 1));
}

std::string debian_architecture() {
  return std::string(base::trim(base::run_and_capture({"dpkg", "--print-architecture"}, 1U << 16U).out));
}
std::string triplet() { return debian_architecture() == "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu"; }

FakeElf library(const std::string& soname) {
  FakeElf elf;
  elf.soname = soname;
  elf.machine = debian_architecture() == "arm64" ? EM_AARCH64 : EM_X86_64;
  return elf;
}

void add_libc(Image& image, const std::string& directory, const std::string& banner) {
  auto libc = library("libc.so.6");
  libc.tail = "GNU C Library " + banner + ".\nCopyright (C) 2025\n";
  image.file(directory + "/libc.so.6", libc.bytes());
}

// Runs this machine's ldconfig over the image as it is before `ld_so_cache` and holds the outcome to it: the cache byte
// for byte, and the links.
void expect_as_ldconfig(Image& image) {
  const base::TempDir real("ldconfig");
  if (!image.tree.find(at("etc/ld.so.conf"))) {
    // What libc-bin brings, which debone takes for granted.
    image.file("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
    image.file("etc/ld.so.conf.d/libc.conf", "# libc default configuration\n/usr/local/lib\n");
    image.write_to(real.path());
    image.tree.remove(at("etc/ld.so.conf"));
    image.tree.remove(at("etc/ld.so.conf.d/libc.conf"));
  } else {
    image.write_to(real.path());
  }
  std::filesystem::create_directories(real.path() / "var/cache/ldconfig");
  const auto done = base::run_and_capture({"/sbin/ldconfig", "-r", real.path().string()}, 1U << 20U);
  ASSERT_EQ(done.status, 0) << done.err;
  image.architecture = debian_architecture();
  image.run(ld_so_cache);

  EXPECT_EQ(image.text("etc/ld.so.cache"), base::read_file(real.path() / "etc/ld.so.cache", 1U << 24U))
      << base::run_and_capture({"/sbin/ldconfig", "-r", real.path().string(), "-p"}, 1U << 20U).out;
  Texts expected;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(real.path()))
    if (entry.is_symlink())
      expected[entry.path().lexically_relative(real.path())] =
          "-> " + std::filesystem::read_symlink(entry.path()).string();
  Texts links;
  for (const auto& [path, node] : image.tree.nodes())
    if (node.type == tree::NodeType::symlink) links[path.str()] = "-> " + node.link_target;
  EXPECT_EQ(links, expected);
}

Image merged() {
  Image image;
  image.directory("usr/lib");
  image.link("lib", "usr/lib");
  image.file("etc/ld.so.conf.d/" + triplet() + ".conf",
             fmt::format("# Multiarch support\n/usr/local/lib/{0}\n/lib/{0}\n/usr/lib/{0}\n", triplet()));
  add_libc(image, "usr/lib/" + triplet(), banner_of_this_machine());
  return image;
}

TEST(LdSoCache, EqualsLdconfigs) {
  auto image = merged();
  const auto directory = "usr/lib/" + triplet();
  for (const std::string name : {"libz.so.1", "libssl.so.3", "libfoo.so.9", "libfoo.so.10", "libfoo-2.so.9",
                                 "libc_malloc_debug.so.0", "libBrokenLocale.so.1", "libfoo.so.1a"})
    image.file(fmt::format("{}/{}", directory, name), library(name).bytes());
  image.file(directory + "/ld-linux-x86-64.so.2", library("ld-linux-x86-64.so.2").bytes());
  image.file("usr/local/lib/libz.so.1", library("libz.so.1").bytes());
  image.file("usr/lib/libplain.so", library("").bytes());
  expect_as_ldconfig(image);
}

TEST(LdSoCache, MakesTheLinksThatLdconfigMakes) {
  auto image = merged();
  const auto directory = "usr/lib/" + triplet() + "/";
  // No link yet; a right one; one to an older file; one to nowhere; a file of that name; a development link.
  image.file(directory + "libnew.so.1.2.3", library("libnew.so.1").bytes());
  image.file(directory + "libright.so.1.2.3", library("libright.so.1").bytes());
  image.link(directory + "libright.so.1", "libright.so.1.2.3");
  image.file(directory + "libold.so.1.9", library("libold.so.1").bytes());
  image.file(directory + "libold.so.1.10", library("libold.so.1").bytes());
  image.link(directory + "libold.so.1", "libold.so.1.9");
  image.link(directory + "libgone.so.4", "libgone.so.4.5");
  image.file(directory + "libstale.so.1.1", library("libstale.so.1").bytes());
  image.link(directory + "libstale.so.1", "libstale.so.1.0");
  image.file(directory + "libfile.so.1.1", library("libfile.so.1").bytes());
  image.file(directory + "libfile.so.1", library("libfile.so.1").bytes());
  image.link(directory + "libright.so", "libright.so.1");
  image.link(directory + "libodd.so", "libright.so.1.2.3");
  image.link(directory + "libfar.so.1", "/usr/local/lib/far/libfar.so.1.0");
  image.file("usr/local/lib/far/libfar.so.1.0", library("libfar.so.1").bytes());
  image.file(directory + "ld-2.99.so", library("ld-linux-x86-64.so.2").bytes());
  image.file(directory + "ld-2.97.so", library("ld-linux-aarch64.so.1").bytes());
  image.file(directory + "ld-2.98.so", library("ld-linux-aarch64.so.1").bytes());
  image.link(directory + "ld-linux-aarch64.so.1", "ld-2.97.so");
  expect_as_ldconfig(image);
}

TEST(LdSoCache, LeavesOutWhatIsNoLibrary) {
  auto image = merged();
  const auto directory = "usr/lib/" + triplet() + "/";
  image.file(directory + "libscript.so", "/* GNU ld script */ GROUP ( libc.so.6 )\n");
  image.file(directory + "libstdc++.so.6.0.33-gdb.py", "import sys\n");
  image.file(directory + "libempty.so.1", "");
  image.file(directory + "module.so", library("module.so").bytes());
  image.directory(directory + "libdirectory.so.1");
  auto program = library("libprogram.so.1");
  program.type = ET_EXEC;
  image.file(directory + "libprogram.so.1", program.bytes());
  image.file(directory + "libnew.so.1.dpkg-new", library("libnew.so.1").bytes());
  image.tree.remove(at(directory + "libnew.so.1.dpkg-new"));  // as 2.36 lists it and 2.41 does not
  expect_as_ldconfig(image);
}

TEST(LdSoCache, ListsHwcapsDirectoriesWithTheirIsaLevels) {
  auto image = merged();
  const auto directory = "usr/lib/" + triplet();
  image.file(directory + "/libfast.so.1", library("libfast.so.1").bytes());
  for (const unsigned level : {2U, 3U, 4U}) {
    auto fast = library("libfast.so.1");
    fast.isa_needed = 1U << (level - 1);
    image.file(fmt::format("{}/glibc-hwcaps/x86-64-v{}/libfast.so.1.{}", directory, level, level), fast.bytes());
    image.link(fmt::format("{}/glibc-hwcaps/x86-64-v{}/libfast.so.1", directory, level),
               fmt::format("libfast.so.1.{}", level));
  }
  image.file("usr/local/lib/glibc-hwcaps/x86-64-v2/libfast.so.1", library("libfast.so.1").bytes());
  image.directory(directory + "/glibc-hwcaps/unused");
  image.directory(directory + "/glibc-hwcaps/.hidden");
  image.directory(directory + "/glibc-hwcaps/with:colon");
  expect_as_ldconfig(image);
}

TEST(LdSoCache, ReadsTheConfigurationAsLdconfigDoes) {
  auto image = merged();
  image.file("etc/ld.so.conf",
             "  /opt/a/lib///  # a comment\n"
             "include /etc/ld.so.conf.d/*.conf\t/etc/more/?.conf\n"
             "hwcap 1 nosegneg\n"
             "/opt/missing\n"
             "/opt/link\n"
             "/opt/a/lib");
  image.file("etc/ld.so.conf.d/00-first.conf", "/opt/b\n");
  image.file("etc/ld.so.conf.d/.hidden.conf", "/opt/hidden\n");
  image.file("etc/ld.so.conf.d/ignored", "/opt/hidden\n");
  image.file("etc/more/x.conf", "/opt/c\ninclude /etc/none/*.conf\n");
  image.link("opt/link", "/opt/b");
  for (const std::string name : {"a/lib", "b", "c", "hidden"})
    image.file(fmt::format("opt/{}/lib{}.so.1", name, name.substr(0, 1)),
               library(fmt::format("lib{}.so.1", name.substr(0, 1))).bytes());
  expect_as_ldconfig(image);
}

TEST(LdSoCache, ReadsForeign32BitLibraries) {
  if (debian_architecture() != "amd64") return;  // that machine's own flags are below
  auto image = merged();
  for (const bool names_libc : {false, true}) {
    auto elf = library(names_libc ? "libwith.so.1" : "libwithout.so.1");
    elf.is_64 = false;
    elf.machine = EM_386;
    if (names_libc) elf.needed = {"libz.so.1", "libc.so.6"};
    image.file("usr/lib/" + elf.soname, elf.bytes());
    elf.soname += "x32";
    elf.machine = EM_X86_64;
    image.file("usr/lib/" + elf.soname, elf.bytes());
  }
  expect_as_ldconfig(image);
}

TEST(LdSoCache, AFileThatIncludesItselfEnds) {
  auto image = merged();
  image.file("etc/ld.so.conf", "include /etc/ld.so.conf\n/opt/a\n");
  image.link("opt/a", "/opt/a");
  image.architecture = debian_architecture();
  image.run(ld_so_cache);
  EXPECT_NE(image.text("etc/ld.so.cache").find("libc.so.6"), std::string::npos);
}

TEST(LdSoCache, WithoutLibcThereIsNone) {
  Image image;
  image.file("usr/lib/x86_64-linux-gnu/libz.so.1", library("libz.so.1").bytes());
  image.run(ld_so_cache);
  EXPECT_EQ(image.text("etc/ld.so.cache"), "(nothing)");
}

TEST(LdSoCache, AnUnknownMachineIsAWarning) {
  Image image;
  image.architecture = "mips64el";
  image.run(ld_so_cache);
  EXPECT_EQ(image.recorder->warnings,
            std::vector<std::string>{"no /etc/ld.so.cache: its form for mips64el is not known"});
}

TEST(LdSoCache, AMalformedLibraryIsAWarning) {
  auto image = merged();
  image.file("usr/lib/libbad.so.1", library("libbad.so.1").bytes().substr(0, 100));
  image.architecture = debian_architecture();
  image.run(ld_so_cache);
  ASSERT_EQ(image.recorder->warnings.size(), 1U);
  EXPECT_TRUE(image.recorder->warnings[0].starts_with("/usr/lib/libbad.so.1 is left out of ld.so.cache: malformed ELF"))
      << image.recorder->warnings[0];
}

struct OtherMachine {
  std::string architecture;
  std::string triplet;
  FakeElf elf;
  std::string expected;  // the first entry's flags as they stand in the file
};

// No ldconfig of these machines runs here: the numbers are those of sysdeps/generic/ldconfig.h.
TEST(LdSoCache, OtherMachinesHaveTheirFlagsAndByteOrder) {
  const auto elf = [](bool is_64, bool big_endian, std::uint16_t machine, std::uint32_t flags) {
    FakeElf made;
    made.is_64 = is_64;
    made.big_endian = big_endian;
    made.machine = machine;
    made.flags = flags;
    return made;
  };
  const std::vector<OtherMachine> machines{
      {"arm64", "aarch64-linux-gnu", elf(true, false, EM_AARCH64, 0), std::string("\x03\x0a\0\0", 4)},
      {"armhf", "arm-linux-gnueabihf", elf(false, false, EM_ARM, 0x05000400), std::string("\x03\x09\0\0", 4)},
      {"armel", "arm-linux-gnueabi", elf(false, false, EM_ARM, 0x05000200), std::string("\x03\x0b\0\0", 4)},
      {"ppc64el", "powerpc64le-linux-gnu", elf(true, false, EM_PPC64, 2), std::string("\x03\x05\0\0", 4)},
      {"riscv64", "riscv64-linux-gnu", elf(true, false, EM_RISCV, 5), std::string("\x03\x10\0\0", 4)},
      {"s390x", "s390x-linux-gnu", elf(true, true, EM_S390, 0), std::string("\0\0\x04\x03", 4)},
      {"i386", "i386-linux-gnu", elf(false, false, EM_386, 0), std::string("\x03\0\0\0", 4)},
  };
  for (const auto& machine : machines) {
    Image image;
    image.architecture = machine.architecture;
    auto libc = machine.elf;
    libc.soname = "libc.so.6";
    libc.tail = "GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\n";
    image.file("usr/lib/" + machine.triplet + "/libc.so.6", libc.bytes());
    auto foreign = machine.elf;
    foreign.big_endian = !foreign.big_endian;
    foreign.soname = "libforeign.so.1";
    image.file("usr/lib/" + machine.triplet + "/libforeign.so.1", foreign.bytes());
    image.run(ld_so_cache);
    const auto cache = image.text("etc/ld.so.cache");
    ASSERT_GT(cache.size(), 72U) << machine.architecture;
    EXPECT_EQ(cache.substr(0, 20), "glibc-ld.so.cache1.1");
    EXPECT_EQ(cache.substr(20, 4), machine.elf.big_endian ? std::string("\0\0\0\x01", 4) : std::string("\x01\0\0\0", 4))
        << machine.architecture;
    EXPECT_EQ(cache[28], machine.elf.big_endian ? '\x03' : '\x02');
    EXPECT_EQ(cache.substr(48, 4), machine.expected) << machine.architecture;
    EXPECT_TRUE(cache.ends_with("ldconfig (Debian GLIBC 2.41-12) stable release version 2.41"));
    EXPECT_EQ(cache.find("libforeign"), std::string::npos);
  }
}

TEST(LdSoCache, NamesCompareByTheirNumbers) {
  EXPECT_LT(compare_library_names("libfoo.so.9", "libfoo.so.10"), 0);
  EXPECT_GT(compare_library_names("libfoo.so.1", "libfoo.so"), 0);
  EXPECT_LT(compare_library_names("libfoo.so", "libfoo1.so"), 0);  // a digit comes after all else
  EXPECT_EQ(compare_library_names("libfoo.so.01", "libfoo.so.1"), 0);
  EXPECT_LT(compare_library_names("liba.so.1", "libb.so.1"), 0);
  EXPECT_GT(compare_library_names("libx.so.99999999999999999999999999", "libx.so.2"), 0);
}

}  // namespace
}  // namespace debone::effects
