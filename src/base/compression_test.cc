#include "base/compression.h"

#include <gtest/gtest.h>

#include <map>

#include "base/file.h"
#include "base/process.h"
#include "base/test_tar.h"

namespace debone::base {
namespace {

const std::map<Compression, std::string> programs{
    {Compression::gzip, "gzip"}, {Compression::xz, "xz"}, {Compression::zstd, "zstd"}, {Compression::bzip2, "bzip2"}};

// What the format's own program makes of the bytes.
std::string compressed(const std::string& bytes, Compression compression) {
  const TempDir folder("debone-compression");
  const auto file = (folder.path() / "f").string();
  write_file_atomically(file, bytes);
  auto made = run_and_capture({programs.at(compression), "-c", file}, 64U << 20U);
  EXPECT_EQ(made.status, 0) << made.err;
  return made.out;
}

std::string sample() {
  std::string text;
  for (unsigned i = 0; i < 300'000; ++i) text += static_cast<char>('a' + i * i % 23);
  return text;
}

TEST(Compression, IsKnownByNameAndBytes) {
  EXPECT_EQ(compression_of_name("Packages.xz"), Compression::xz);
  EXPECT_EQ(compression_of_name("data.tar.zst"), Compression::zstd);
  EXPECT_EQ(compression_of_name("a.gz"), Compression::gzip);
  EXPECT_EQ(compression_of_name("a.bz2"), Compression::bzip2);
  EXPECT_EQ(compression_of_name("Packages"), Compression::none);
  EXPECT_EQ(compression_of_bytes(""), Compression::none);
  EXPECT_EQ(compression_of_bytes("Package: a"), Compression::none);
  for (const auto& [compression, program] : programs) {
    EXPECT_EQ(compression_of_bytes(compressed("x", compression)), compression) << program;
  }
}

TEST(Compression, ReadsWhatTheProgramsWrite) {
  for (const auto& [compression, program] : programs) {
    SCOPED_TRACE(program);
    for (const auto& bytes : {std::string(), std::string("x"), sample(), std::string(5U << 20U, '\0')}) {
      const auto packed = compressed(bytes, compression);
      EXPECT_EQ(decompress(packed, compression, bytes.size()), bytes) << "the limit itself is allowed";
      // Several members or frames in a row are one stream.
      EXPECT_EQ(decompress(packed + packed, compression, 2 * bytes.size()), bytes + bytes);
    }
  }
  EXPECT_EQ(decompress("as it is", Compression::none, 8), "as it is");
}

TEST(Compression, StopsBombs) {
  for (const auto& [compression, program] : programs) {
    SCOPED_TRACE(program);
    const auto packed = compressed(std::string(5U << 20U, '\0'), compression);
    for (const std::uint64_t limit :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100'000}, std::uint64_t{(5U << 20U) - 1}}) {
      const auto error = error_of([&] { decompress(packed, compression, limit); });
      EXPECT_EQ(error.code(), Exit::trust);
      EXPECT_EQ(error.message(), fmt::format("decompresses to more than the {} bytes allowed", limit));
    }
  }
  EXPECT_EQ(error_of([] { decompress("12345", Compression::none, 4); }).message(),
            "decompresses to more than the 4 bytes allowed");
}

TEST(Compression, RefusesDamage) {
  for (const auto& [compression, program] : programs) {
    SCOPED_TRACE(program);
    const auto expected = fmt::format("the {} data is damaged or cut short", program);
    const auto failure = [&](std::string_view bytes) {
      const auto error = error_of([&] { decompress(bytes, compression, 1U << 20U); });
      EXPECT_EQ(error.code(), Exit::trust);
      return error.message();
    };
    const auto packed = compressed(sample(), compression);
    EXPECT_EQ(failure(""), expected);
    EXPECT_EQ(failure("junk that is no such data at all"), expected);
    for (std::size_t length = 1; length < packed.size(); length += 97) {
      ASSERT_EQ(failure(std::string_view(packed).substr(0, length)), expected) << length;
    }
    EXPECT_EQ(failure(packed.substr(0, packed.size() - 1)), expected);
    EXPECT_EQ(failure(packed + "trailing garbage"), expected);
    if (compression != Compression::zstd) {  // whose program adds a checksum only where asked on some versions
      auto flipped = packed;
      flipped[packed.size() / 2] ^= '\x10';
      EXPECT_EQ(failure(flipped), expected);
    }
  }
}

TEST(Gzip, IsReadByGzipAndSaysNothingOfTimes) {
  const auto bytes = sample();
  for (const int level : {1, 6, 12}) {
    const auto packed = gzip(bytes, level);
    EXPECT_EQ(packed, gzip(bytes, level));
    EXPECT_EQ(packed.substr(3, 5), std::string(5, '\0')) << "no flags, no time";
    EXPECT_EQ(decompress(packed, Compression::gzip, bytes.size()), bytes);
    const TempDir folder("debone-gzip");
    const auto file = (folder.path() / "f.gz").string();
    write_file_atomically(file, packed);
    EXPECT_EQ(run_and_capture({"gzip", "-dc", file}, 1U << 20U).out, bytes);
  }
  EXPECT_EQ(decompress(gzip("", 6), Compression::gzip, 0), "");
}

}  // namespace
}  // namespace debone::base
