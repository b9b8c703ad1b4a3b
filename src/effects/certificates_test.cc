#include <gtest/gtest.h>

#include <cstdlib>

#include "base/process.h"
#include "base/text.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

// A self-signed certificate from openssl(1); with `number` apart, so that two of one name differ.
std::string certificate(const std::string& subject, int number) {
  const auto made = base::run_and_capture(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
       "/dev/null", "-subj", subject, "-set_serial", std::to_string(number), "-days", "1"},
      1U << 20U);
  if (made.status != 0) throw std::runtime_error(made.err);
  return made.out;
}

Image with_certificates() {
  const auto same = certificate("/C=DE/O=Twice/CN=The same", 5);
  auto without_newline = certificate("/CN=No newline at the end", 2);
  without_newline.pop_back();
  Image image;
  image.add("ca-certificates",
            {{"usr/share/ca-certificates/mozilla/B_Root.crt", certificate("/C=DE/O=B/CN=Root", 1)},
             {"usr/share/ca-certificates/mozilla/a (old), 2.crt", without_newline},
             {"usr/share/ca-certificates/mozilla/Főtanúsítvány.crt", certificate("/CN=Főtanúsítvány", 3)},
             {"usr/share/ca-certificates/mozilla/Same_Name_1.crt", certificate("/O=Rolled over", 1)},
             {"usr/share/ca-certificates/mozilla/Same_Name_2.crt", certificate("/O=Rolled over", 2)},
             {"usr/share/ca-certificates/mozilla/Twin_1.crt", same},
             {"usr/share/ca-certificates/mozilla/Twin_2.crt", same},
             {"usr/share/ca-certificates/two.crt", certificate("/CN=One", 1) + certificate("/CN=Two", 1)},
             {"usr/share/ca-certificates/README", "not a certificate"}});
  image.file("usr/local/share/ca-certificates/mine/Company.crt", certificate("/CN=Company", 1));
  image.directory("etc/ssl/certs");
  return image;
}

// update-ca-certificates(8) and openssl-rehash(1) are the measure: the same bundle, and the same links.
TEST(Certificates, EqualWhatUpdateCaCertificatesMakes) {
  auto image = with_certificates();
  const base::TempDir real("certificates");
  image.write_to(real.path());
  image.run(certificates);

  const auto root = real.path().string();
  base::write_file_atomically(real.path() / "etc/ca-certificates.conf", image.text("etc/ca-certificates.conf"));
  const auto done = base::run_and_capture(
      {"env", "LC_ALL=C.UTF-8", "update-ca-certificates", "--hooksdir", "/nonexistent", "--certsconf",
       root + "/etc/ca-certificates.conf", "--certsdir", root + "/usr/share/ca-certificates", "--localcertsdir",
       root + "/usr/local/share/ca-certificates", "--etccertsdir", root + "/etc/ssl/certs"},
      1U << 20U);
  ASSERT_EQ(done.status, 0) << done.err;
  Texts expected;
  for (const auto& entry : std::filesystem::directory_iterator(real.path() / "etc/ssl/certs")) {
    auto text = entry.is_symlink() ? "-> " + std::filesystem::read_symlink(entry.path()).string()
                                   : base::read_file(entry.path(), 1U << 20U);
    if (text.starts_with("-> " + root)) text = "-> " + text.substr(3 + root.size());
    expected["etc/ssl/certs/" + entry.path().filename().string()] = text;
  }
  ASSERT_GT(expected.size(), 12U);
  EXPECT_EQ(image.below("etc/ssl/certs"), expected);
}

TEST(Certificates, TheConfigurationListsThemSorted) {
  auto image = with_certificates();
  image.run(certificates);
  const auto text = image.text("etc/ca-certificates.conf");
  EXPECT_TRUE(text.starts_with("# This file lists certificates that you wish to use or to ignore to be\n"));
  EXPECT_TRUE(
      text.ends_with("# line begins with ! is certificate filename to be deselected.\n"
                     "#\n"
                     "mozilla/B_Root.crt\n"
                     "mozilla/Főtanúsítvány.crt\n"
                     "mozilla/Same_Name_1.crt\n"
                     "mozilla/Same_Name_2.crt\n"
                     "mozilla/Twin_1.crt\n"
                     "mozilla/Twin_2.crt\n"
                     "mozilla/a (old), 2.crt\n"
                     "two.crt\n"))
      << text;
}

TEST(Certificates, TheLocalDirectoryIsLikeUsrLocal) {
  Image image;
  image.add("ca-certificates");
  auto& local = image.tree.at(image.tree.put_directory(at("usr/local"), 02775, Image::packaged, "effect:base-files"));
  local.gid = 50;
  image.run(certificates);
  EXPECT_EQ(image.mode("usr/local/share/ca-certificates"), "2775 0:50");
  EXPECT_EQ(image.text("etc/ssl/certs/ca-certificates.crt"), "");
}

TEST(Certificates, DamagedOnesGetNoHashLink) {
  Image image;
  const auto good = certificate("/CN=Good", 1);
  const auto body = good.find('\n') + 1;
  Texts files{{"usr/share/ca-certificates/empty.crt", ""}, {"usr/share/ca-certificates/text.crt", "hello"}};
  for (int i = 0; i < 64; ++i) {
    auto damaged = good;
    damaged[body + static_cast<std::size_t>(i)] = 'A';
    damaged.resize(damaged.size() - static_cast<std::size_t>(i));
    files[fmt::format("usr/share/ca-certificates/damaged{}.crt", i)] = damaged;
  }
  image.add("ca-certificates", files);
  image.run(certificates);  // the sanitizers are the judge
  EXPECT_EQ(image.text("etc/ssl/certs/text.pem"), "-> /usr/share/ca-certificates/text.crt");
}

TEST(Certificates, AreThoseThatTheRecipeChooses) {
  auto image = with_certificates();
  image.recipe.debconf.push_back(
      {"ca-certificates/enable_crts", "mozilla/Twin_1.crt, mozilla/B_Root.crt", {"x.yaml", 3, 4}});
  image.run(certificates);
  EXPECT_EQ(image.text("etc/ssl/certs/B_Root.pem"), "-> /usr/share/ca-certificates/mozilla/B_Root.crt");
  EXPECT_EQ(image.text("etc/ssl/certs/Twin_2.pem"), "(nothing)");
  // One's own stay trusted.
  EXPECT_EQ(image.text("etc/ssl/certs/Company.pem"), "-> /usr/local/share/ca-certificates/mine/Company.crt");
  const auto configuration = image.text("etc/ca-certificates.conf");
  EXPECT_NE(configuration.find("\nmozilla/B_Root.crt\n!mozilla/"), std::string::npos) << configuration;
  EXPECT_NE(configuration.find("\n!two.crt\n"), std::string::npos) << configuration;
}

TEST(Certificates, ThatAreChosenAndNotThereAreAMistake) {
  auto image = with_certificates();
  image.recipe.debconf.push_back({"ca-certificates/enable_crts", "mozilla/B_Rot.crt", {"x.yaml", 3, 4}});
  EXPECT_EQ(testing::error_of([&] { image.run(certificates); }),
            "error: x.yaml:3:4: no certificate is called 'mozilla/B_Rot.crt'\n"
            "  hint: did you mean 'mozilla/B_Root.crt'?\n");
}

}  // namespace
}  // namespace debone::effects
