#include "archive/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/snapshot.h"
#include "archive/test_archive.h"
#include "base/error.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Digest;
using testing::day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Published;
using testing::stanza;
using testing::TestKeys;

struct ProofTest : testing::ArchiveTest {
  Published suite = simple();
  recipe::Source source = apt();
  ReleaseClaim release;
  PackageClaim package;

  // Publishes the suite, opens it, and claims what a lock would say of it.
  ProofTest() {
    suite.date = now - 10 * day;
    suite.files["main/binary-amd64/Packages"] += stanza("extra", deb, "pool/extra_1.0_amd64.deb");
    what(source).snapshot = server.url() + "/old";
    publish("/dists/stable/", suite);
    const auto opened_suites = opened(source);
    const auto& opened_release = *opened_suites[0].release;
    const auto& fields = opened_release.fields();
    release = {"test stable",          fields.origin, fields.suite,
               fields.codename,        fields.date,   opened_release.signed_by(),
               opened_release.digest()};
    package = {"test stable", "amd64", "hello",
               "1.0",         "amd64", PackageClaim::Deb{deb.size(), Digest::of(deb), "pool/hello_1.0_amd64.deb"}};
    server.heal();
  }

  void forget() {
    std::filesystem::remove_all(store.root() / "blobs"), std::filesystem::remove_all(store.root() / "records");
  }
  // The mirror has a later Release, and nothing of this one.
  void move_on() {
    auto later = suite;
    later.date = now - 5 * day;
    later.files["main/binary-amd64/Packages"] = stanza("hello", deb, "pool/hello_2.0_amd64.deb");
    publish("/dists/stable/", later);
  }
  void keep_snapshot() {
    const auto root = snapshot_roots("/old/", suite.date)[2];
    publish(root + "dists/stable/", suite);
  }
  Proof proven() { return prove({source}, {release}, {package}, store, options, events); }
  // Of the Release, then of the package: "disproved: ..." or "unproven: ..."; nothing where both are proven.
  std::vector<std::string> doubts() {
    const auto proof = proven();
    std::vector<std::string> out;
    for (const auto& doubt : {proof.releases.at(0), proof.packages.at(0)}) {
      if (doubt) out.push_back((doubt->disproved ? "disproved: " : "unproven: ") + doubt->what);
    }
    return out;
  }
};

TEST_F(ProofTest, FromTheStoreAloneWhereItHasAll) {
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_TRUE(server.requests().empty());
  options.offline = true;
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(ProofTest, FromTheMirrorWhileItsReleaseIsThatOne) {
  forget();
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease", "/dists/stable/main/binary-amd64/Packages"));
  server.heal();
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_TRUE(server.requests().empty()) << "what was proven is kept";
}

TEST_F(ProofTest, FromTheSnapshotArchiveWhenTheMirrorHasMovedOn) {
  forget();
  move_on();
  keep_snapshot();
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(ProofTest, WithTheReleaseInTheStoreAndItsIndexInTheSnapshotArchive) {
  std::filesystem::remove_all(store.root() / "blobs");
  std::filesystem::remove_all(store.root() / "records/package-index");
  move_on();
  keep_snapshot();
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(ProofTest, WhatNobodyHasIsUnproven) {
  forget();
  move_on();
  EXPECT_THAT(doubts(),
              ElementsAre("unproven: no Release of " + base::iso_time(suite.date) + " with that SHA-256 can be had",
                          "unproven: the Release of test stable is not proven"));
  options.offline = true;
  EXPECT_THAT(doubts(),
              ElementsAre("unproven: no Release of " + base::iso_time(suite.date) +
                              " with that SHA-256 can be had (it is not in the store, and --offline allows no request)",
                          "unproven: the Release of test stable is not proven"));
}

TEST_F(ProofTest, WithoutItsIndexAPackageIsUnproven) {
  std::filesystem::remove_all(store.root() / "blobs");
  std::filesystem::remove_all(store.root() / "records/package-index");
  options.offline = true;
  EXPECT_THAT(doubts(), ElementsAre("unproven: the indexes of test stable cannot be had (" + server.url() +
                                    "/dists/stable/main/binary-amd64/Packages: not in the store, and --offline allows "
                                    "no request)"));
}

TEST_F(ProofTest, APackageThatTheArchiveHasOtherwiseIsDisproved) {
  const auto honest = package;
  package.version = "1.1";
  EXPECT_THAT(doubts(), ElementsAre("disproved: test stable has it in version 1.0 (amd64)"));
  package = honest;
  package.name = "hallo";
  EXPECT_THAT(doubts(), ElementsAre("disproved: test stable has no such package"));
  package = honest;
  package.deb->sha256 = Digest::of("another");
  EXPECT_THAT(doubts(), ElementsAre("disproved: its SHA-256 there is " + Digest::of(deb).hex()));
  package = honest;
  ++package.deb->size;
  EXPECT_THAT(doubts(), ElementsAre("disproved: its size there is 22"));
  package = honest;
  package.deb->filename = "pool/extra_1.0_amd64.deb";
  EXPECT_THAT(doubts(), ElementsAre("disproved: its path there is pool/hello_1.0_amd64.deb"));
  package = honest;
  source.packages = {"extra"};
  EXPECT_THAT(doubts(), ElementsAre("disproved: the recipe does not let test stable supply it"));
  package.name = "extra";
  package.deb.reset();
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(ProofTest, AReleaseThatSaysOtherwiseIsDisproved) {
  const auto honest = release;
  const auto of_release = [&] { return doubts().at(0); };
  release.origin = "Debian";
  EXPECT_EQ(of_release(), "disproved: its Origin there is 'Test', not 'Debian'");
  release = honest;
  release.date += 60;
  EXPECT_EQ(of_release(), "disproved: its Date there is '" + base::iso_time(suite.date) + "', not '" +
                              base::iso_time(suite.date + 60) + "'");
  release = honest;
  release.label = "test unstable";
  EXPECT_EQ(of_release(), "disproved: the recipe's sources have no suite 'test unstable'");
  release = honest;
  release.key = std::string(40, 'A');
  EXPECT_EQ(of_release(), "disproved: " + key_file().string() + " does not hold the key " + std::string(40, 'A'));
}

// Of an archive all suites have one key: a lock could name the Release of another.
TEST_F(ProofTest, AnotherSuitesReleaseIsDisproved) {
  auto other = suite;
  other.suite = "unstable", other.codename = "sid";
  publish("/dists/unstable/", other);
  const auto suites = opened(apt("unstable"));
  release.sha256 = suites[0].release->digest();
  EXPECT_EQ(doubts().at(0), "disproved: it is the Release of 'unstable' (sid), not of 'stable'");
}

TEST_F(ProofTest, ASignatureByAnotherKeyProvesNothing) {
  forget();
  const auto stranger = keys.make({.created = static_cast<std::uint32_t>(now) - 100 * day});
  server.put("/dists/stable/InRelease", keys.clear_sign(release_text(suite), {stranger}, signing()));
  EXPECT_EQ(doubts().at(0), "unproven: no Release of " + base::iso_time(suite.date) +
                                " with that SHA-256 can be had (" + in_release() + ": not signed by any key of " +
                                key_file().string() + ")");
}

TEST_F(ProofTest, AReleaseWithItsSignatureBesideItIsKeptToo) {
  forget();
  server.remove("/dists/stable/InRelease");
  server.put("/dists/stable/Release", release_text(suite));
  server.put("/dists/stable/Release.gpg", keys.detach_sign(release_text(suite), {key}, signing()));
  const auto suites = opened(source);
  release.sha256 = suites[0].release->digest();
  server.heal();
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace debone::archive
