#include <gtest/gtest.h>

#include "base/digest.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

// What holds one block of PEM with these bytes.
constexpr std::string_view certificate = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";

// A key store of these aliases, each with the bytes 1 2 3, before the sum at its end.
std::string store_of(const std::vector<std::string>& aliases) {
  std::string text("\xFE\xED\xFE\xED\0\0\0\2\0\0\0", 11);
  text += static_cast<char>(aliases.size());
  for (const auto& alias : aliases) {
    text.append("\0\0\0\2\0", 5);
    text += static_cast<char>(alias.size());
    text += alias;
    text.append("\0\0\x01\x8B\xCF\xE5\x68\x00", 8);  // 1700000000000
    text.append("\0\5X.509\0\0\0\3\1\2\3", 14);
  }
  return text;
}

TEST(JavaKeystore, HasWhatTheLinksStandFor) {
  Image image;
  image.file("usr/share/ca-certificates/mozilla/B_Root.crt", std::string(certificate));
  image.file("usr/local/share/ca-certificates/a.crt", std::string(certificate));
  image.file("usr/share/ca-certificates/mozilla/none.crt", "no certificate");
  image.file("srv/other.crt", std::string(certificate));
  image.link("etc/ssl/certs/B_Root.pem", "/usr/share/ca-certificates/mozilla/B_Root.crt");
  image.link("etc/ssl/certs/a.pem", "/usr/local/share/ca-certificates/a.crt");
  image.link("etc/ssl/certs/none.pem", "/usr/share/ca-certificates/mozilla/none.crt");
  image.link("etc/ssl/certs/other.pem", "/srv/other.crt");
  image.link("etc/ssl/certs/5a4d6896.0", "a.pem");
  image.run(java_keystore);
  const auto text = image.text("etc/ssl/certs/java/cacerts");
  ASSERT_EQ(text.size(), store_of({"debian:a.pem", "debian:b_root.pem"}).size() + 20);
  EXPECT_EQ(text.substr(0, text.size() - 20), store_of({"debian:a.pem", "debian:b_root.pem"}));
}

TEST(JavaKeystore, OneOfNoCertificateIsEmpty) {
  Image image;
  image.run(java_keystore);
  EXPECT_EQ(base::to_hex(image.text("etc/ssl/certs/java/cacerts")),
            "feedfeed0000000200000000e2686e45fb43dfa4d992dd41ceb6b21c6330d792");
}

}  // namespace
}  // namespace debone::effects
