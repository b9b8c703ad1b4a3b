#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace debone::base {
namespace {

constexpr auto empty_hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, IsSha256) {
  EXPECT_EQ(Digest::of("").hex(), empty_hex);
  EXPECT_EQ(Digest::of("").oci(), std::string("sha256:") + empty_hex);
  Sha256 pieces;
  pieces.update("a");
  pieces.update("");
  pieces.update("bc");
  EXPECT_EQ(pieces.finish(), Digest::of("abc"));
}

TEST(Digest, ParsesHexAndOci) {
  EXPECT_EQ(Digest::from_hex(empty_hex), Digest::of(""));
  EXPECT_EQ(Digest::from_hex("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"), Digest::of(""));
  EXPECT_EQ(Digest::from_oci(std::string("sha256:") + empty_hex), Digest::of(""));
  EXPECT_EQ(Digest::from_hex(std::string(63, 'a')), std::nullopt);
  EXPECT_EQ(Digest::from_hex(std::string(65, 'a')), std::nullopt);
  EXPECT_EQ(Digest::from_hex(std::string(63, 'a') + "g"), std::nullopt);
  EXPECT_EQ(Digest::from_oci(empty_hex), std::nullopt);
  EXPECT_EQ(Digest::from_oci("sha512:" + std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(Digest::from_oci("sha256:" + std::string(64, 'A')), std::nullopt);
  EXPECT_LT(*Digest::from_hex(std::string(64, '0')), *Digest::from_hex(std::string(64, '1')));
}

TEST(Digest, AgreesWithCoreutils) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7 % 251);
  const TempDir folder("debone-digest");
  const auto file = (folder.path() / "f").string();
  write_file_atomically(file, bytes);
  EXPECT_EQ(words(run_and_capture({"sha256sum", file}, 1U << 16U).out).at(0), Digest::of(bytes).hex());
  EXPECT_EQ(words(run_and_capture({"md5sum", file}, 1U << 16U).out).at(0), md5_hex(bytes));
}

TEST(Hex, IsLowerCase) { EXPECT_EQ(to_hex(std::string_view("\x00\xAB\x7f", 3)), "00ab7f"); }

}  // namespace
}  // namespace debone::base
