#include "archive/mirror.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"

namespace debone::archive {
namespace {

constexpr const char* public_archive = "http://ftp.debian.org/debian/";
constexpr const char* public_security = "http://security.debian.org/debian-security/";

recipe::DebianSource trixie() {
  recipe::DebianSource source;
  source.codename = "trixie";
  return source;
}

struct MirrorTest : ::testing::Test {
  base::TempDir apt{"apt"};

  MirrorTest() {
    base::make_directories(apt.path() / "sources.list.d");
    ::unsetenv("DEBONE_DEBIAN_MIRROR");
    ::unsetenv("DEBONE_DEBIAN_SECURITY_MIRROR");
  }
  ~MirrorTest() override {
    ::unsetenv("DEBONE_DEBIAN_MIRROR");
    ::unsetenv("DEBONE_DEBIAN_SECURITY_MIRROR");
  }
  void put(const char* name, const std::string& text) const { base::write_file_atomically(apt.path() / name, text); }
  DebianMirrors find(const recipe::DebianSource& source = trixie()) const { return debian_mirrors(source, apt.path()); }
  void expect(const std::string& archive, const std::string& security) const {
    const auto mirrors = find();
    EXPECT_EQ(mirrors.archive, archive);
    EXPECT_EQ(mirrors.security, security);
  }
};

TEST_F(MirrorTest, WithoutAnyWordThePublicAddressesServe) {
  expect(public_archive, public_security);
  const auto nowhere = debian_mirrors(trixie(), "/nonexistent");
  EXPECT_EQ(nowhere.archive, public_archive);
}

TEST_F(MirrorTest, TheRecipeComesBeforeTheEnvironmentAndThatBeforeApt) {
  put("sources.list",
      "deb http://apt.example.org/debian trixie main\n"
      "deb http://apt.example.org/debian-security trixie-security main\n");
  expect("http://apt.example.org/debian/", "http://apt.example.org/debian-security/");
  ::setenv("DEBONE_DEBIAN_MIRROR", "http://env.example.org/debian", 1);
  expect("http://env.example.org/debian/", "http://apt.example.org/debian-security/");
  ::setenv("DEBONE_DEBIAN_SECURITY_MIRROR", "file:/srv/security/", 1);
  expect("http://env.example.org/debian/", "file:/srv/security/");
  auto source = trixie();
  source.mirror = "http://recipe.example.org/d";
  const auto stated = find(source);
  EXPECT_EQ(stated.archive, "http://recipe.example.org/d/");
  EXPECT_EQ(stated.security, "file:/srv/security/");
}

TEST_F(MirrorTest, AnotherCodenamesStanzaServesToo) {
  put("sources.list.d/debian.sources",
      "Types: deb\n"
      "# http://other.example.org/debian\n"
      "URIs: http://apt.example.org/debian\n"
      "Suites: bookworm bookworm-updates\n"
      "Components: main\n"
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
      "\n"
      "Types: deb\n"
      "URIs: http://apt.example.org/debian-security\n"
      "Suites: bookworm-security\n"
      "Components: main\n"
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n");
  expect("http://apt.example.org/debian/", "http://apt.example.org/debian-security/");
}

TEST_F(MirrorTest, TheVeryCodenamesStanzaIsPreferred) {
  put("sources.list",
      "deb http://old.example.org/debian buster main\n"
      "deb http://new.example.org/debian trixie main\n"
      "deb http://old.example.org/debian-security buster/updates main\n");
  expect("http://new.example.org/debian/", "http://old.example.org/debian-security/");
}

TEST_F(MirrorTest, OneLineEntriesAreReadWithOptionsAndComments) {
  put("sources.list",
      "# deb http://comment.example.org/debian trixie main\n"
      "deb-src http://src.example.org/debian trixie main\n"
      "  deb\t[ arch=amd64,arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg ]  "
      "http://apt.example.org/debian   stable  contrib main # the mirror\n"
      "deb [arch=amd64] http://security.example.org/ stable-security main\n");
  expect("http://apt.example.org/debian/", "http://security.example.org/");
}

TEST_F(MirrorTest, WhatIsNoUsableDebianEntryIsPassedOver) {
  put("sources.list",
      "deb cdrom:[Debian]/ trixie main\n"
      "deb mirror+file:/etc/apt/mirrors/debian.list trixie main\n"
      "deb ftp://ftp.example.org/debian trixie main\n"
      "deb http://vendor.example.org/debian bookworm stable\n"
      "deb http://vendor.example.org/debian trixie-vendor main\n"
      "deb [signed-by=/usr/share/keyrings/vendor.gpg] http://vendor.example.org/debian trixie main\n"
      "deb [unfinished http://vendor.example.org/debian trixie main\n"
      "deb http://flat.example.org/debian ./\n"
      "deb\n");
  put("sources.list.d/a.sources",
      "Types: deb\nEnabled: no\nURIs: http://off.example.org/debian\nSuites: trixie\nComponents: main\n\n"
      "Types: deb-src\nURIs: http://src.example.org/debian\nSuites: trixie\nComponents: main\n\n"
      "no field at all\n\n"
      "Types: deb\nURIs: http://twice.example.org/debian\nURIs: http://twice.example.org/\nSuites: trixie\n\n"
      "Types: deb\nURIs: http://vendor.example.org/debian\nSuites: trixie\nComponents: main\n"
      "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY\n -----END PGP PUBLIC KEY BLOCK-----\n");
  put("sources.list.d/b.save", "deb http://save.example.org/debian trixie main\n");
  expect(public_archive, public_security);
}

TEST_F(MirrorTest, AnAddressAsDebiansMirrorsHaveItIsPreferred) {
  put("sources.list",
      "deb http://vendor.example.org/prod trixie main\n"
      "deb http://apt.example.org/debian bookworm main\n");
  expect("http://apt.example.org/debian/", public_security);
  put("sources.list", "deb http://apt.example.org/our-copy trixie main\n");
  expect("http://apt.example.org/our-copy/", public_security);
}

TEST_F(MirrorTest, OfSeveralAddressesTheFirstUsableServesInAptsOrder) {
  put("sources.list.d/z.list", "deb http://z.example.org/debian trixie main\n");
  put("sources.list.d/b.sources",
      "Types: deb-src deb\n"
      "URIs: cdrom:x https://b.example.org/debian/ http://c.example.org/debian\n"
      "Suites: trixie\n"
      "Components: contrib\n"
      " main\n");
  expect("https://b.example.org/debian/", public_security);
  put("sources.list", "deb file:/srv/debian trixie main\n");
  expect("file:/srv/debian/", public_security);
}

}  // namespace
}  // namespace debone::archive
