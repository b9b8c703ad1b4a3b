#include "archive/release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "archive/test_keys.h"
#include "base/error.h"
#include "base/file.h"

namespace debone::archive {
namespace {

using testing::day;
using testing::TestKeys;

constexpr std::uint32_t now = 1'795'000'000;  // 2026-11-18
constexpr const char* place = "http://example.org/dists/trixie/InRelease";

const std::string text =
    "Origin: Test\n"
    "Suite: stable\n"
    "Codename: trixie\n"
    "Date: Tue, 17 Nov 2026 10:11:12 UTC\n"
    "Description: - a line with dashes\n"
    "SHA256:\n"
    " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-amd64/Packages\n";

template <typename Fn>
std::string error_of(Fn&& fn) {
  try {
    fn();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    return error.render();
  }
  return "no error";
}

struct ReleaseTest : ::testing::Test {
  TestKeys keys;
  TestKeys::Key key = keys.make({.created = now - 100 * day});
  TestKeys::Signing signing{.created = now - day};

  Keyring ring(TestKeys::Key of) const { return Keyring::parse(keys.public_key(of), "test.gpg"); }
  Release verify(const std::string& signed_text, const Keyring& keyring, std::int64_t at = now) const {
    return UnverifiedRelease::inline_signed(signed_text, place).verify(keyring, at);
  }
  std::string refusal(const std::string& signed_text, const Keyring& keyring, std::int64_t at = now) const {
    return error_of([&] { verify(signed_text, keyring, at); });
  }
};

std::string refused_for(const std::string& fault) {
  return std::string("error: ") + place + ": " + fault + "\n  hint: nothing of it was used; the keyring was test.gpg\n";
}

TEST_F(ReleaseTest, AGoodInlineSignatureIsBelieved) {
  const auto release = verify(keys.clear_sign(text, {key}, signing), ring(key));
  EXPECT_EQ(release.fields().codename, "trixie");
  EXPECT_EQ(release.signed_by(), TestKeys::fingerprint(key));
  EXPECT_EQ(release.digest(), base::Digest::of(text + "\n"));  // librnp signs an empty line after it
}

TEST_F(ReleaseTest, AnArmouredKeyringIsRead) {
  const auto armoured = Keyring::parse(keys.public_key(key, true), "test.asc");
  EXPECT_EQ(armoured.fingerprints(), std::vector{TestKeys::fingerprint(key)});
  EXPECT_EQ(verify(keys.clear_sign(text, {key}, signing), armoured).fields().codename, "trixie");
}

TEST_F(ReleaseTest, SeveralKeysInOneFileAreRead) {
  const auto other = keys.make({.created = now - day});
  for (const bool armoured : {false, true}) {
    const auto both = Keyring::parse(keys.public_key(other, armoured) + keys.public_key(key, armoured), "test.gpg");
    EXPECT_EQ(both.fingerprints().size(), 2U);
    EXPECT_EQ(verify(keys.clear_sign(text, {key}, signing), both).signed_by(), TestKeys::fingerprint(key));
  }
}

TEST_F(ReleaseTest, LineEndsOfTheOtherKindAreNoMatter) {
  std::string with_cr;
  for (const char c : keys.clear_sign(text, {key}, signing)) {
    if (c == '\n') with_cr += '\r';
    with_cr += c;
  }
  EXPECT_EQ(verify(with_cr, ring(key)).fields().codename, "trixie");
}

TEST_F(ReleaseTest, ADetachedSignatureIsBelieved) {
  const auto signature = keys.detach_sign(text, {key}, signing);
  const auto release = UnverifiedRelease::detached(text, signature, place).verify(ring(key), now);
  EXPECT_EQ(release.fields().suite, "stable");
  EXPECT_EQ(release.digest(), base::Digest::of(text));
  EXPECT_EQ(error_of([&] { UnverifiedRelease::detached(text + " ", signature, place).verify(ring(key), now); }),
            refused_for("the signature by key " + TestKeys::id(key) + " is bad: this is not the text that was signed"));
  EXPECT_EQ(error_of([&] { UnverifiedRelease::detached(text, "", place).verify(ring(key), now); }),
            std::string("error: ") + place + ": no OpenPGP signature that can be read\n");
}

TEST_F(ReleaseTest, ADetachedSignatureIsNeverTheTextItself) {
  const auto message = keys.wrap_sign(text, {key}, signing);
  EXPECT_EQ(error_of([&] { UnverifiedRelease::detached("Suite: evil\n", message, place).verify(ring(key), now); }),
            std::string("error: ") + place + ": no OpenPGP signature that can be read\n");
}

TEST_F(ReleaseTest, AChangedTextIsRefused) {
  auto changed = keys.clear_sign(text, {key}, signing);
  changed.replace(changed.find("trixie"), 6, "sid   ");
  EXPECT_EQ(refusal(changed, ring(key)),
            refused_for("the signature by key " + TestKeys::id(key) + " is bad: this is not the text that was signed"));
}

TEST_F(ReleaseTest, AStrangersSignatureIsRefusedAndNamed) {
  const auto stranger = keys.make({.created = now - day});
  EXPECT_EQ(refusal(keys.clear_sign(text, {stranger}, signing), ring(key)),
            std::string("error: ") + place +
                ": not signed by any key of test.gpg\n"
                "  hint: it is signed by " +
                TestKeys::id(stranger) + "; if that is the archive's key, name a keyring that holds it\n");
}

TEST_F(ReleaseTest, OneGoodSignatureOfSeveralIsEnough) {
  const auto stranger = keys.make({.created = now - day});
  const auto expired = keys.make({.created = now - 10 * day, .lifetime = 5 * day});
  const auto signed_text = keys.clear_sign(text, {stranger, key, expired}, {.created = now - 6 * day});
  const auto all = Keyring::parse(keys.public_key(expired) + keys.public_key(key), "test.gpg");
  EXPECT_EQ(verify(signed_text, all).signed_by(), TestKeys::fingerprint(key));
}

TEST_F(ReleaseTest, WhatNobodySignedIsRefused) {
  const auto begin = std::string("error: ") + place +
                     ": not a signed Release: it does not begin with '-----BEGIN PGP SIGNED MESSAGE-----'\n"
                     "  hint: something between here and the archive may have answered in its place, such as a proxy "
                     "or a login page\n";
  EXPECT_EQ(refusal(text, ring(key)), begin);
  EXPECT_EQ(refusal("", ring(key)), begin);
  EXPECT_EQ(refusal("<html>", ring(key)), begin);
  EXPECT_EQ(refusal(keys.wrap_sign(text, {key}, signing), ring(key)), begin);
}

TEST_F(ReleaseTest, TextOutsideTheSignedMessageIsRefused) {
  const auto good = keys.clear_sign(text, {key}, signing);
  const auto outside = std::string("error: ") + place + ": has text that is not part of its one signed message\n";
  EXPECT_EQ(refusal(good + "Suite: evil\n", ring(key)), outside);
  EXPECT_EQ(refusal(good + good, ring(key)), outside);
  auto marked = good;
  marked.insert(marked.find("Codename"), "-----evil\n");
  EXPECT_EQ(refusal(marked, ring(key)), outside);
  EXPECT_THAT(refusal("Suite: evil\n" + good, ring(key)), ::testing::HasSubstr("not a signed Release"));
  EXPECT_EQ(verify(good + "\n\n", ring(key)).fields().codename, "trixie");
}

// Headers of the message's armour are signed by nobody and belong to nothing.
TEST_F(ReleaseTest, HeadersOfTheMessageAreNotRead) {
  auto with_header = keys.clear_sign(text, {key}, signing);
  with_header.insert(with_header.find("Hash:"), "Suite: evil\n");
  EXPECT_EQ(verify(with_header, ring(key)).fields().suite, "stable");
}

TEST_F(ReleaseTest, ACutMessageIsRefused) {
  const auto good = keys.clear_sign(text, {key}, signing);
  EXPECT_EQ(refusal(good.substr(0, good.find("Date:")), ring(key)),
            std::string("error: ") + place + ": cut short: no line '-----END PGP SIGNATURE-----'\n");
  auto emptied = good;
  const auto from = emptied.find("-----BEGIN PGP SIGNATURE-----") + 30;
  emptied.erase(from, emptied.find("-----END PGP SIGNATURE-----") - from);
  EXPECT_EQ(refusal(emptied, ring(key)), std::string("error: ") + place + ": no OpenPGP signature that can be read\n");
}

TEST_F(ReleaseTest, AnExpiredKeyIsRefusedThoughItSignedInTime) {
  const auto brief = keys.make({.created = now - 10 * day, .lifetime = 5 * day});
  const auto signed_text = keys.clear_sign(text, {brief}, {.created = now - 8 * day});
  EXPECT_EQ(verify(signed_text, ring(brief), now - 6 * day).fields().codename, "trixie");
  EXPECT_EQ(refusal(signed_text, ring(brief)),
            refused_for("key " + TestKeys::id(brief) + " expired on 2026-11-13T11:06:40Z"));
}

TEST_F(ReleaseTest, AKeyThatExpiresLaterIsBelieved) {
  const auto brief = keys.make({.created = now - 10 * day, .lifetime = 11 * day});
  EXPECT_EQ(verify(keys.clear_sign(text, {brief}, signing), ring(brief)).fields().codename, "trixie");
}

TEST_F(ReleaseTest, ASubkeyDiesWithItsPrimary) {
  const auto primary = keys.make({.created = now - 10 * day, .lifetime = 5 * day});
  const auto subkey = keys.make_subkey(primary, {.created = now - 10 * day});
  const auto signed_text = keys.clear_sign(text, {subkey}, {.created = now - 8 * day});
  EXPECT_EQ(verify(signed_text, ring(primary), now - 7 * day).signed_by(), TestKeys::fingerprint(primary));
  EXPECT_EQ(refusal(signed_text, ring(primary)),
            refused_for("key " + TestKeys::id(primary) + " expired on 2026-11-13T11:06:40Z"));
}

TEST_F(ReleaseTest, AnExpiredSubkeyIsRefused) {
  const auto subkey = keys.make_subkey(key, {.created = now - 10 * day, .lifetime = 5 * day});
  EXPECT_EQ(refusal(keys.clear_sign(text, {subkey}, {.created = now - 8 * day}), ring(key)),
            refused_for("key " + TestKeys::id(subkey) + " expired on 2026-11-13T11:06:40Z"));
}

TEST_F(ReleaseTest, ARevokedKeyIsRefused) {
  const auto signed_text = keys.clear_sign(text, {key}, signing);
  const auto subkey = keys.make_subkey(key, {.created = now - 10 * day});
  const auto by_subkey = keys.clear_sign(text, {subkey}, signing);
  keys.revoke(subkey);
  EXPECT_EQ(refusal(by_subkey, ring(key)), refused_for("key " + TestKeys::id(subkey) + " is revoked"));
  EXPECT_EQ(verify(signed_text, ring(key)).fields().codename, "trixie");
  keys.revoke(key);
  EXPECT_EQ(refusal(signed_text, ring(key)), refused_for("key " + TestKeys::id(key) + " is revoked"));
  EXPECT_EQ(refusal(by_subkey, ring(key)), refused_for("key " + TestKeys::id(key) + " is revoked"));
}

// librnp itself would believe SHA-1 where the signature says that it was made before 2019.
TEST_F(ReleaseTest, AWeakHashIsRefusedHoweverOldItSaysItIs) {
  const auto old = keys.make({.algorithm = "RSA", .bits = 2048, .created = 1'400'000'000});
  for (const std::uint32_t created : {1'450'000'000U, now - day}) {
    for (const char* hash : {"SHA1", "MD5"}) {
      EXPECT_EQ(refusal(keys.clear_sign(text, {old}, {.created = created, .hash = hash}), ring(old)),
                refused_for("the signature by key " + TestKeys::id(old) + " uses " + hash + ", which is too weak"));
    }
  }
}

TEST_F(ReleaseTest, StrongHashesAreBelieved) {
  for (const char* hash : {"SHA256", "SHA384", "SHA512"}) {
    EXPECT_EQ(verify(keys.clear_sign(text, {key}, {.created = now - day, .hash = hash}), ring(key)).fields().codename,
              "trixie");
  }
}

TEST_F(ReleaseTest, AWeakKeyIsRefused) {
  const auto weak = keys.make({.algorithm = "RSA", .bits = 1024, .created = now - 10 * day});
  EXPECT_EQ(refusal(keys.clear_sign(text, {weak}, signing), ring(weak)),
            refused_for("key " + TestKeys::id(weak) + " is too weak (RSA with 1024 bits)"));
}

TEST_F(ReleaseTest, AnExpiredSignatureIsRefused) {
  EXPECT_EQ(refusal(keys.clear_sign(text, {key}, {.created = now - 2 * day, .lifetime = day}), ring(key)),
            refused_for("the signature by key " + TestKeys::id(key) + " expired on 2026-11-17T11:06:40Z"));
}

TEST_F(ReleaseTest, ASignatureFromTheFutureIsRefused) {
  EXPECT_EQ(refusal(keys.clear_sign(text, {key}, {.created = now + day}), ring(key)),
            std::string("error: ") + place + ": the signature by key " + TestKeys::id(key) +
                " is from the future, 2026-11-19T11:06:40Z\n  hint: is this machine's clock right?\n");
}

TEST_F(ReleaseTest, AReleaseThatIsMalformedIsNamed) {
  EXPECT_THAT(refusal(keys.clear_sign("Suite: stable\n", {key}, signing), ring(key)),
              ::testing::StartsWith(std::string("error: ") + place + ": "));
}

TEST_F(ReleaseTest, AKeyringWithoutKeysIsRefused) {
  const std::string expected =
      "error: test.gpg: holds no OpenPGP public key\n"
      "  hint: a keyring is what 'gpg --export' writes, binary or armoured\n";
  for (const std::string& bytes : {std::string(), std::string("no key"), std::string("\x99\x01\x0d", 3),
                                   keys.public_key(key).substr(0, 20), keys.detach_sign(text, {key}, signing)}) {
    EXPECT_EQ(error_of([&] { Keyring::parse(bytes, "test.gpg"); }), expected);
  }
}

TEST_F(ReleaseTest, AFingerprintLimitsAKeyringToItsKey) {
  const auto other = keys.make({.created = now - day});
  const auto both = Keyring::parse(keys.public_key(other) + keys.public_key(key), "test.gpg");
  const auto one = both.only(TestKeys::fingerprint(key));
  EXPECT_EQ(one.fingerprints(), std::vector{TestKeys::fingerprint(key)});
  EXPECT_EQ(verify(keys.clear_sign(text, {key}, signing), one).fields().codename, "trixie");
  EXPECT_THAT(refusal(keys.clear_sign(text, {other}, signing), one), ::testing::HasSubstr("not signed by any key"));
  EXPECT_EQ(error_of([&] { one.only(TestKeys::fingerprint(other)); }),
            "error: test.gpg: does not hold the key " + TestKeys::fingerprint(other) + "\n  hint: it holds " +
                TestKeys::fingerprint(key) + "\n");
  const auto subkey = keys.make_subkey(key, {.created = now - day});
  EXPECT_THAT(error_of([&] { ring(key).only(TestKeys::fingerprint(subkey)); }),
              ::testing::HasSubstr("does not hold the key"));
}

// Debian's own keyring, as the package debian-archive-keyring installs it.
TEST(Keyring, DebiansIsRead) {
  const std::filesystem::path file = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const auto keyring = Keyring::parse(base::read_file(file, 1U << 20U), file.string());
  EXPECT_GE(keyring.fingerprints().size(), 6U);
  for (const auto& fingerprint : keyring.fingerprints()) EXPECT_EQ(fingerprint.size(), 40U);
}

}  // namespace
}  // namespace debone::archive
