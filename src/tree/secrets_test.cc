#include "tree/secrets.h"

#include <gtest/gtest.h>

namespace debone::tree {
namespace {

TEST(Secrets, KnowsPrivateKeysByTheirContent) {
  EXPECT_TRUE(looks_secret("server.txt", "-----BEGIN RSA PRIVATE KEY-----\n"));
  EXPECT_TRUE(looks_secret("account.json", R"({"private_key": "-----BEGIN PRIVATE KEY-----\nMII"})"));
  EXPECT_TRUE(looks_secret("key.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"));
  EXPECT_FALSE(looks_secret("key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"));
}

TEST(Secrets, KnowsFilesByTheirNames) {
  for (const auto* name : {".env", ".env.local", ".env.production", "id_rsa", "id_ed25519", "x.p12", "tls.key",
                           "tls.pem", ".netrc", ".pgpass", ".git-credentials"}) {
    EXPECT_TRUE(looks_secret(name, "x")) << name;
  }
  for (const auto* name : {".env.example", ".env.dist", "env", "id_rsa.pub", "monkey", "index.php", "environment"}) {
    EXPECT_FALSE(looks_secret(name, "x")) << name;
  }
}

TEST(Secrets, LetsCertificatesBe) {
  EXPECT_FALSE(looks_secret("cacert.pem", "-----BEGIN CERTIFICATE-----\n"));
  EXPECT_FALSE(looks_secret("public.key", "-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_TRUE(looks_secret("both.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n"));
}

}  // namespace
}  // namespace debone::tree
