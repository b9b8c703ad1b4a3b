#include "package/elf.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/process.h"
#include "base/test_tar.h"
#include "base/text.h"

namespace debone::package {
namespace {

using base::error_of;
using testing::ElementsAre;

constexpr std::uint64_t limit = 512U << 20U;

// A shared object of either class and byte order with one PT_LOAD over all of it, a PT_INTERP and a PT_DYNAMIC.
class MadeElf {
 public:
  MadeElf(bool is_64, bool big_endian) : is_64_(is_64), big_endian_(big_endian) {}

  std::string strings = std::string("\0libc.so.6\0libme.so.1\0/a:$ORIGIN/b\0/c\0libm.so.6\0", 48);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> dynamic{
      {DT_NEEDED, 1}, {DT_SONAME, 11}, {DT_RPATH, 22}, {DT_RUNPATH, 35}, {DT_NEEDED, 38}};
  std::uint64_t base = 0x40000;
  std::uint64_t string_size = 48;
  std::uint64_t string_address_change = 0;

  std::string bytes() const {
    const unsigned word = is_64_ ? 8 : 4;
    const std::uint64_t header = is_64_ ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
    const std::uint64_t segment = is_64_ ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    const std::string interpreter("/lib/ld.so\0", 11);
    const auto interpreter_at = header + 3 * segment;
    const auto strings_at = interpreter_at + interpreter.size();
    const auto dynamic_at = strings_at + strings.size();
    auto entries = dynamic;
    entries.emplace_back(DT_STRTAB, base + strings_at + string_address_change);
    entries.emplace_back(DT_STRSZ, string_size);
    entries.emplace_back(DT_NULL, 0);
    const auto dynamic_size = entries.size() * 2 * word;
    const auto size = dynamic_at + dynamic_size;

    std::string out(
        "\x7f"
        "ELF");
    out += is_64_ ? '\2' : '\1';
    out += big_endian_ ? '\2' : '\1';
    out += '\1';
    out.resize(16);
    put(out, ET_DYN, 2);
    put(out, EM_PPC64, 2);
    put(out, 1, 4);
    put(out, 0, word);       // entry
    put(out, header, word);  // phoff
    put(out, 0, word);       // shoff
    put(out, 0x5000400, 4);  // flags
    put(out, header, 2);
    put(out, segment, 2);
    put(out, 3, 2);
    for (int i = 0; i < 3; ++i) put(out, 0, 2);
    const auto add_segment = [&](std::uint32_t type, std::uint64_t at, std::uint64_t length) {
      put(out, type, 4);
      if (is_64_) put(out, 0, 4);
      put(out, at, word);
      put(out, base + at, word);
      put(out, base + at, word);
      put(out, length, word);
      put(out, length, word);
      put(out, 0, word);
      if (!is_64_) put(out, 0, 4);
    };
    add_segment(PT_LOAD, 0, size);
    add_segment(PT_INTERP, interpreter_at, interpreter.size());
    add_segment(PT_DYNAMIC, dynamic_at, dynamic_size);
    out += interpreter + strings;
    for (const auto& [tag, value] : entries) {
      put(out, tag, word);
      put(out, value, word);
    }
    return out;
  }

 private:
  void put(std::string& out, std::uint64_t value, unsigned width) const {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (big_endian_ ? width - 1 - i : i);
      out += static_cast<char>(value >> shift & 0xFFU);
    }
  }
  bool is_64_;
  bool big_endian_;
};

std::string failure(const std::string& bytes) {
  const auto error = error_of([&] { read_elf(bytes); });
  EXPECT_EQ(error.code(), base::Exit::trust);
  return error.message();
}

TEST(Elf, ReadsBothClassesAndByteOrders) {
  for (const bool is_64 : {false, true}) {
    for (const bool big_endian : {false, true}) {
      const auto elf = read_elf(MadeElf(is_64, big_endian).bytes());
      ASSERT_TRUE(elf);
      EXPECT_EQ(elf->is_64, is_64);
      EXPECT_EQ(elf->big_endian, big_endian);
      EXPECT_EQ(elf->type, ET_DYN);
      EXPECT_EQ(elf->machine, EM_PPC64);
      EXPECT_EQ(elf->flags, 0x5000400U);
      EXPECT_TRUE(elf->dynamic);
      EXPECT_EQ(elf->interpreter, "/lib/ld.so");
      EXPECT_EQ(elf->soname, "libme.so.1");
      EXPECT_THAT(elf->needed, ElementsAre("libc.so.6", "libm.so.6"));
      EXPECT_THAT(elf->rpath, ElementsAre("/a", "$ORIGIN/b"));
      EXPECT_THAT(elf->runpath, ElementsAre("/c"));
    }
  }
}

TEST(Elf, IsNothingWithoutItsMagic) {
  EXPECT_FALSE(read_elf(""));
  EXPECT_FALSE(read_elf("\x7f"));
  EXPECT_FALSE(read_elf("#!/bin/sh\n"));
  EXPECT_TRUE(
      is_elf("\x7f"
             "ELF"));
}

TEST(Elf, RefusesWhatIsMalformed) {
  const auto good = MadeElf(true, false).bytes();
  const auto with = [&](std::size_t at, char value) {
    auto bytes = good;
    bytes.at(at) = value;
    return failure(bytes);
  };
  const std::string at = "malformed ELF file: ";
  EXPECT_EQ(failure(good.substr(0, 10)), at + "it is cut short in its header");
  EXPECT_EQ(failure(good.substr(0, 40)), at + "it is cut short in its header");
  EXPECT_EQ(with(EI_CLASS, 3), at + "unknown class");
  EXPECT_EQ(with(EI_DATA, 0), at + "unknown byte order");
  EXPECT_EQ(with(EI_VERSION, 2), at + "unknown version");
  EXPECT_EQ(with(offsetof(Elf64_Ehdr, e_phnum) + 1, '\x7f'), at + "more than 1024 program headers");
  EXPECT_EQ(with(offsetof(Elf64_Ehdr, e_phentsize), 8), at + "its program headers' size is wrong");
  EXPECT_EQ(with(offsetof(Elf64_Ehdr, e_phoff) + 7, '\xff'), at + "program headers beyond the file's end");
  EXPECT_EQ(with(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_offset) + 7, '\xff'),
            at + "a segment beyond the file's end");
  EXPECT_EQ(with(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_filesz), 4),
            at + "its interpreter does not end");

  MadeElf made(true, false);
  made.string_address_change = 1U << 20U;
  EXPECT_EQ(failure(made.bytes()), at + "its string table is in no segment");
  made = MadeElf(true, false);
  made.string_size = 1U << 20U;
  EXPECT_EQ(failure(made.bytes()), at + "its string table is in no segment");
  made = MadeElf(true, false);
  made.string_size = 5;
  EXPECT_EQ(failure(made.bytes()), at + "its DT_NEEDED does not end");
  made = MadeElf(true, false);
  made.dynamic = {{DT_SONAME, 48}};
  EXPECT_EQ(failure(made.bytes()), at + "its DT_SONAME lies outside the string table");
  made = MadeElf(true, false);
  made.dynamic = {{DT_NEEDED, 1}, {DT_NULL, 0}};
  EXPECT_EQ(failure(made.bytes()), at + "its dynamic section has no string table");
  made = MadeElf(true, false);
  made.dynamic.assign(1025, {DT_NEEDED, 1});
  EXPECT_EQ(failure(made.bytes()), at + "it needs over 1024 names");
  made.dynamic.assign(65537, {DT_DEBUG, 1});
  EXPECT_EQ(failure(made.bytes()), at + "more than 65536 dynamic entries");
  made = MadeElf(true, false);
  made.strings = std::string(1, '\0') + std::string(20000, 'x') + '\0';
  made.string_size = made.strings.size();
  made.dynamic = {{DT_SONAME, 1}};
  EXPECT_EQ(failure(made.bytes()), at + "its DT_SONAME is longer than 16384 bytes");
}

// Truncated everywhere and with bits flipped: a result or an Error, nothing else.
TEST(Elf, SurvivesDamage) {
  for (const bool is_64 : {false, true}) {
    const auto good = MadeElf(is_64, !is_64).bytes();
    for (std::size_t length = 4; length < good.size(); ++length) {
      ASSERT_THROW(read_elf(good.substr(0, length)), base::Error) << length;
    }
    std::uint32_t random = 4711;
    for (int round = 0; round < 20000; ++round) {
      auto damaged = good;
      for (int flips = 0; flips < 4; ++flips) {
        random = random * 1664525U + 1013904223U;
        damaged[4 + (random >> 8U) % (damaged.size() - 4)] ^= static_cast<char>(1U << (random & 7U));
      }
      try {
        read_elf(damaged);
      } catch (const base::Error& error) {
        EXPECT_EQ(error.code(), base::Exit::trust);
      }
    }
  }
}

// What readelf says of one file, in the words of its output.
struct Told {
  std::string file_class, data, type;
  std::string interpreter, soname;
  std::vector<std::string> needed, rpath, runpath;
  bool dynamic = false;
};

std::string between(std::string_view line, char open, char close) {
  const auto begin = line.find(open);
  const auto end = line.rfind(close);
  return std::string(line.substr(begin + 1, end - begin - 1));
}

std::map<std::string, Told> ask_readelf(const std::vector<std::string>& files) {
  std::vector<std::string> command{"readelf", "-W", "-h", "-l", "-d"};
  command.insert(command.end(), files.begin(), files.end());
  const auto output = base::run_and_capture(command, limit);
  std::map<std::string, Told> told;
  Told* now = nullptr;
  const auto folders = [](const std::string& path) {
    const auto pieces = base::split(path, ':');
    return std::vector<std::string>(pieces.begin(), pieces.end());
  };
  for (const auto line : base::lines(output.out)) {
    const auto text = base::trim(line);
    const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (text.starts_with("File: ")) now = &told[std::string(text.substr(6))];
    if (now == nullptr) continue;
    if (text.starts_with("Class:")) now->file_class = base::words(text).at(1);
    if (text.starts_with("Data:")) now->data = std::string(base::trim(text.substr(5)));
    if (text.starts_with("Type:")) now->type = base::words(text).at(1);
    if (has("Requesting program interpreter: ")) now->interpreter = text.substr(33, text.size() - 34);
    if (text.starts_with("DYNAMIC ")) now->dynamic = true;
    if (has("(NEEDED)")) now->needed.push_back(between(text, '[', ']'));
    if (has("(SONAME)")) now->soname = between(text, '[', ']');
    if (has("(RPATH)")) now->rpath = folders(between(text, '[', ']'));
    if (has("(RUNPATH)")) now->runpath = folders(between(text, '[', ']'));
  }
  return told;
}

// readelf as oracle, over this machine's libraries and programs.
TEST(Elf, AgreesWithReadelf) {
  std::vector<std::string> files;
  for (const std::string folder : {"/usr/lib", "/usr/bin"}) {
    const auto options = std::filesystem::directory_options::skip_permission_denied;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, options)) {
      if (entry.is_symlink() || !entry.is_regular_file() || entry.file_size() > (8U << 20U)) continue;
      const auto name = entry.path().filename().string();
      if (folder == "/usr/bin" || name.find(".so") != std::string::npos) files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  std::vector<std::string> sample;
  const auto step = std::max<std::size_t>(1, files.size() / 600);
  for (std::size_t i = 0; i < files.size(); i += step) {
    if (is_elf(base::read_file(files[i], limit))) sample.push_back(files[i]);
  }
  ASSERT_GE(sample.size(), 100U);
  const auto told = ask_readelf(sample);
  for (const auto& file : sample) {
    SCOPED_TRACE(file);
    const auto elf = read_elf(base::read_file(file, limit));
    const auto& expected = told.at(file);
    EXPECT_EQ(elf->is_64 ? "ELF64" : "ELF32", expected.file_class);
    EXPECT_EQ(elf->big_endian, expected.data.find("big endian") != std::string::npos);
    const std::map<int, std::string> types{{ET_REL, "REL"}, {ET_EXEC, "EXEC"}, {ET_DYN, "DYN"}};
    EXPECT_EQ(types.at(elf->type), expected.type);
    EXPECT_EQ(elf->interpreter, expected.interpreter);
    EXPECT_EQ(elf->soname, expected.soname);
    EXPECT_EQ(elf->needed, expected.needed);
    EXPECT_EQ(elf->rpath, expected.rpath);
    EXPECT_EQ(elf->runpath, expected.runpath);
    EXPECT_EQ(elf->dynamic, expected.dynamic);
  }
}

}  // namespace
}  // namespace debone::package
