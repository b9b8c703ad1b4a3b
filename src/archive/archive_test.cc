#include "archive/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "archive/test_archive.h"
#include "base/compression.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Digest;
using base::Exit;
using testing::ArchiveTest;
using testing::day;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Published;
using testing::stanza;
using testing::TestKeys;

TEST_F(ArchiveTest, DebianIsThreeSuites) {
  publish_debian();
  auto source = debian();
  source.packages = {"hello"};
  const auto suites = opened(source);
  ASSERT_EQ(suites.size(), 3U);
  EXPECT_EQ(suites[0].label, "trixie");
  EXPECT_EQ(suites[0].base_url, server.url() + "/debian/");
  EXPECT_EQ(suites[1].label, "trixie-updates");
  EXPECT_EQ(suites[2].label, "trixie-security");
  EXPECT_EQ(suites[2].base_url, server.url() + "/debian-security/");
  for (const auto& suite : suites) {
    EXPECT_EQ(suite.source, 0U);
    EXPECT_EQ(suite.release->signed_by(), TestKeys::fingerprint(key));
    ASSERT_EQ(suite.indexes.size(), 1U);
    EXPECT_EQ(suite.indexes[0].named("hello").size(), 1U);
    EXPECT_EQ(suite.only, source.packages);
    EXPECT_TRUE(suite.waived.empty());
  }
}

TEST_F(ArchiveTest, SidStandsAlone) {
  auto suite = simple();
  suite.suite = "unstable", suite.codename = "sid";
  publish("/debian/dists/sid/", suite);
  auto source = debian();
  std::get<recipe::DebianSource>(source.what).codename = "sid";
  EXPECT_EQ(opened(source).size(), 1U);
}

TEST_F(ArchiveTest, ASecondTimeOnlyTheReleaseIsFetched) {
  publish_debian();
  opened(debian());
  server.heal();
  opened(debian());
  EXPECT_THAT(requested(), ElementsAre("/debian-security/dists/trixie-security/InRelease",
                                       "/debian/dists/trixie-updates/InRelease", "/debian/dists/trixie/InRelease"));
}

TEST_F(ArchiveTest, TheBestCompressionIsFetchedAndItsIndexKept) {
  auto suite = simple();
  const auto text = suite.files["main/binary-amd64/Packages"];
  suite.files["main/binary-amd64/Packages.gz"] = base::gzip(text, 6);
  publish("/dists/stable/", suite);
  opened(apt());
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease", "/dists/stable/main/binary-amd64/Packages.gz"));
  // Kept ready to be used: the file itself is not read again.
  std::filesystem::remove_all(store.root() / "blobs");
  server.heal();
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 1U);
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease"));
}

TEST_F(ArchiveTest, DamagedIndexesInTheStoreAreFetchedAnew) {
  auto suite = simple();
  const auto text = suite.files["main/binary-amd64/Packages"];
  suite.files["main/binary-amd64/Packages.gz"] = base::gzip(text, 6);
  publish("/dists/stable/", suite);
  opened(apt());
  for (const auto* const part : {"blobs", "records/package-index"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store.root() / part)) {
      if (entry.is_regular_file()) std::fstream(entry.path(), std::ios::in | std::ios::out).put('!');
    }
  }
  server.heal();
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 1U);
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease", "/dists/stable/main/binary-amd64/Packages.gz"));
  server.heal();
  opened(apt());
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease"));
}

TEST_F(ArchiveTest, AKeptIndexIsNotTakenForAnother) {
  auto suite = simple();
  publish("/dists/stable/", suite);
  opened(apt());
  const auto records = store.root() / "records/package-index";
  const auto first = std::filesystem::directory_iterator(records)->path();
  const auto kept = base::read_file(first, 1U << 20U);
  auto& text = suite.files["main/binary-amd64/Packages"];
  text += "\nPackage: second\nVersion: 1\nArchitecture: all\n";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 2U);
  // The record of the first under the second's name.
  for (const auto& entry : std::filesystem::directory_iterator(records)) {
    base::write_file_atomically(entry.path(), kept);
  }
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 2U);
}

TEST_F(ArchiveTest, IndexesAreFetchedByHashWhereTheArchiveHasThem) {
  auto suite = simple();
  suite.more = "Acquire-By-Hash: yes\n";
  publish("/dists/stable/", suite);
  const auto path =
      "/dists/stable/main/binary-amd64/by-hash/SHA256/" + Digest::of(suite.files["main/binary-amd64/Packages"]).hex();
  server.put(path, suite.files["main/binary-amd64/Packages"]);
  server.put("/dists/stable/main/binary-amd64/Packages", "that of the next Release");
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 1U);
  EXPECT_THAT(requested(), ElementsAre("/dists/stable/InRelease", path));
}

TEST_F(ArchiveTest, WithoutItByHashThePlainPathServes) {
  auto suite = simple();
  suite.more = "Acquire-By-Hash: yes\n";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt())[0].indexes[0].size(), 1U);
}

TEST_F(ArchiveTest, AnIndexThatIsAnotherOneIsRefused) {
  publish("/dists/stable/", simple());
  const auto path = "/dists/stable/main/binary-amd64/Packages";
  auto changed = simple().files["main/binary-amd64/Packages"];
  const auto right = Digest::of(changed).hex();
  changed[0] = 'p';
  server.put(path, changed);
  expect_error(apt(), Exit::trust,
               "error: " + server.url() + path + ": expected SHA-256 " + right + ", got " + Digest::of(changed).hex() +
                   "\n  hint: the mirror may be in the middle of an update, or serve a damaged file; try again later, "
                   "or another mirror\n");
  server.remove(path);
  expect_error(apt(), Exit::network,
               "error: " + server.url() + path +
                   ": not found (404)\n"
                   "  hint: its Release names it; the mirror may be in the middle of an update: try again later\n");
}

TEST_F(ArchiveTest, AnIndexThatDecompressesToMoreIsRefused) {
  auto suite = simple();
  const auto path = server.url() + "/dists/stable/main/binary-amd64/Packages.gz";
  suite.files["main/binary-amd64/Packages.gz"] = base::gzip(std::string(1U << 20U, '\n'), 6);
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust,
               fmt::format("error: {}: decompresses to more than the {} bytes allowed\n", path,
                           suite.files["main/binary-amd64/Packages"].size()));
  suite.files["main/binary-amd64/Packages.gz"] = base::gzip("Package: other\n", 6);
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust, "error: " + path + ": decompresses to another text than its Release names\n");
  suite.files["main/binary-amd64/Packages.gz"] = "no gzip";
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust, "error: " + path + ": the gzip data is damaged or cut short\n");
}

TEST_F(ArchiveTest, PackagesForAllArchitecturesMayStandApart) {
  auto suite = simple();
  suite.more = "Architectures: all amd64\n";
  suite.files["main/binary-all/Packages"] = stanza("data", deb, "pool/data_1.0_all.deb", "all");
  publish("/dists/stable/", suite);
  auto suites = opened(apt());
  ASSERT_EQ(suites[0].indexes.size(), 2U);
  EXPECT_EQ(suites[0].indexes[1].named("data").size(), 1U);
  suite.more += "No-Support-for-Architecture-all: Packages\n";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt())[0].indexes.size(), 1U);
  suite.more = "Architectures: amd64\n";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt())[0].indexes.size(), 1U);
}

TEST_F(ArchiveTest, WhatTheSuiteDoesNotHaveIsNamed) {
  auto suite = simple();
  suite.more = "Architectures: amd64 arm64\nComponents: updates/main updates/contrib\n";
  publish("/dists/stable/", suite);
  expect_error(apt("stable", {"main", "mian"}), Exit::usage,
               "error: r.yaml:3:5: test stable has no component 'mian' for amd64\n  hint: it has main, contrib\n");
  expect_error(apt(), Exit::usage,
               "error: r.yaml:3:5: test stable has no packages for riscv64\n  hint: it has them for amd64, arm64\n",
               "riscv64");
  expect_error(
      apt("stable", {"contrib"}), Exit::network,
      fmt::format("error: {}/dists/stable/InRelease: names the component 'contrib', but no Packages file of it "
                  "for amd64\n  hint: only who keeps this archive can mend that\n",
                  server.url()));
  suite.more = "";
  publish("/dists/stable/", suite);
  expect_error(apt("stable", {"mian"}), Exit::usage,
               "error: r.yaml:3:5: test stable has no component 'mian' for amd64\n"
               "  hint: its Release does not say which it has\n");
}

TEST_F(ArchiveTest, AnExpiredReleaseIsRefusedUnlessAllowed) {
  auto suite = simple();
  suite.date = 1'790'000'000;
  suite.valid_until = 1'791'000'000;
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust,
               "error: " + in_release() +
                   ": expired on 2026-10-03T04:00:00Z (Valid-Until)\n"
                   "  hint: the mirror may be stale or replayed; use --allow-expired to accept it\n");
  options.allow_expired = true;
  EXPECT_THAT(opened(apt())[0].waived, ElementsAre("test stable: expired on 2026-10-03T04:00:00Z (Valid-Until)"));
}

TEST_F(ArchiveTest, AnOlderReleaseThanSeenIsRefusedUnlessAllowed) {
  auto suite = simple();
  suite.date = 1'790'000'000;
  publish("/dists/stable/", suite);
  opened(apt());
  opened(apt());
  suite.date = 1'780'000'000;
  publish("/dists/stable/", suite);
  const std::string fault =
      "of 2026-05-28T20:26:40Z, older than the one of 2026-09-21T14:13:20Z that was seen before (Date)";
  const auto refusal = "error: " + in_release() + ": " + fault +
                       "\n  hint: the mirror may be stale or replayed; use --allow-older to accept it\n";
  expect_error(apt(), Exit::trust, refusal);
  options.allow_older = true;
  EXPECT_THAT(opened(apt())[0].waived, ElementsAre("test stable: " + fault));
  options.allow_older = false;
  expect_error(apt(), Exit::trust, refusal);
  // Another archive's suite of the same name is another suite.
  publish("/elsewhere/dists/stable/", suite);
  auto elsewhere = apt();
  what(elsewhere).url += "/elsewhere/";
  EXPECT_TRUE(opened(elsewhere)[0].waived.empty());
}

TEST_F(ArchiveTest, AnotherMirrorOfDebianIsHeldToTheSameDate) {
  publish_debian();
  opened(debian());
  auto suite = simple();
  suite.date = 1'780'000'000;
  publish("/stale/dists/trixie/", suite);
  ::setenv("DEBONE_DEBIAN_MIRROR", (server.url() + "/stale").c_str(), 1);
  publish("/stale/dists/trixie-updates/", suite);
  try {
    opened(debian());
    ADD_FAILURE() << "no error";
  } catch (const base::Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("older than the one of"));
  }
}

TEST_F(ArchiveTest, ARefusedReleaseLeavesNoDateBehind) {
  auto suite = simple();
  suite.valid_until = now - 10;
  publish("/dists/stable/", suite);
  EXPECT_THROW(opened(apt()), base::Error);
  suite.valid_until = 0;
  suite.date = now - day;
  publish("/dists/stable/", suite);
  EXPECT_TRUE(opened(apt())[0].waived.empty());
}

TEST_F(ArchiveTest, AReleaseFromTheFutureIsRefused) {
  auto suite = simple();
  suite.date = now + 3600;
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt()).size(), 1U);
  suite.date = 4'000'000'000;
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust,
               "error: " + in_release() +
                   ": is from the future, 2096-10-02T07:06:40Z (Date)\n  hint: is this machine's clock right?\n");
}

TEST_F(ArchiveTest, AnotherSuitesReleaseIsRefused) {
  auto suite = simple();
  suite.suite = "oldstable", suite.codename = "bookworm";
  publish("/dists/stable/", suite);
  expect_error(apt(), Exit::trust,
               "error: " + in_release() +
                   ": is the Release of 'oldstable' (bookworm), not of 'stable'\n"
                   "  hint: a mirror may serve one suite under the name of another; nothing of it was used\n");
  suite.codename = "stable";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt()).size(), 1U);
  suite.suite = suite.codename = "";
  publish("/dists/stable/", suite);
  EXPECT_EQ(opened(apt()).size(), 1U);
  suite.codename = "buster";
  publish("/dists/buster/updates/", suite);
  EXPECT_EQ(opened(apt("buster/updates")).size(), 1U);
}

TEST_F(ArchiveTest, ReleaseWithItsSignatureBesideItServes) {
  const auto suite = simple();
  publish("/dists/stable/", suite);
  server.remove("/dists/stable/InRelease");
  expect_error(apt(), Exit::network,
               "error: " + server.url() +
                   "/dists/stable/: there is neither InRelease nor Release (404)\n"
                   "  hint: is the source's address right, and its suite's name?\n");
  server.put("/dists/stable/Release", release_text(suite));
  expect_error(
      apt(), Exit::trust,
      "error: " + server.url() + "/dists/stable/Release: is not signed: there is no InRelease and no Release.gpg\n");
  server.put("/dists/stable/Release.gpg", keys.detach_sign(release_text(suite), {key}, signing()));
  EXPECT_EQ(opened(apt())[0].release->signed_by(), TestKeys::fingerprint(key));
}

TEST_F(ArchiveTest, ABadSignatureIsRefused) {
  const auto stranger = keys.make({.created = static_cast<std::uint32_t>(now) - day});
  publish("/dists/stable/", simple());
  server.put("/dists/stable/InRelease", keys.clear_sign(release_text(simple()), {stranger}, signing()));
  expect_error(apt(), Exit::trust,
               "error: " + in_release() + ": not signed by any key of " + key_file().string() +
                   "\n  hint: it is signed by " + TestKeys::id(stranger) +
                   "; if that is the archive's key, name a keyring that holds it\n");
}

TEST_F(ArchiveTest, AFlatRepositoryIsOpened) {
  Published flat;
  flat.suite = flat.codename = "";
  flat.files["Packages"] = stanza("hello", deb, "./hello_1.0_amd64.deb");
  publish("/", flat);
  publish("/sub/", flat);
  const auto suites = opened(apt("./", {}));
  EXPECT_EQ(suites[0].label, "test");
  EXPECT_EQ(suites[0].indexes[0].size(), 1U);
  EXPECT_EQ(opened(apt("sub/", {}))[0].indexes[0].size(), 1U);
  server.put("/hello_1.0_amd64.deb", deb);
  EXPECT_EQ(fetched(suites), deb);
  flat.files.clear();
  flat.files["Sources"] = "";
  publish("/", flat);
  expect_error(apt("./", {}), Exit::usage, "error: r.yaml:3:5: test has no Packages file\n");
}

TEST_F(ArchiveTest, ARepositoryOnThisMachinesDiskIsOpened) {
  const auto suite = simple();
  const auto root = folder.path() / "repo/dists/stable";
  base::make_directories(root / "main/binary-amd64");
  base::write_file_atomically(root / "InRelease", keys.clear_sign(release_text(suite), {key}, signing()));
  base::write_file_atomically(root / "main/binary-amd64/Packages", suite.files.at("main/binary-amd64/Packages"));
  auto source = apt();
  what(source).url = "file:" + (folder.path() / "repo").string();
  const auto suites = opened(source);
  EXPECT_EQ(suites[0].indexes[0].size(), 1U);
  base::make_directories(folder.path() / "repo/pool");
  base::write_file_atomically(folder.path() / "repo/pool/hello_1.0_amd64.deb", deb);
  EXPECT_EQ(fetched(suites), deb);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ArchiveTest, AKeyFromAnAddressIsHeldToItsFingerprint) {
  publish("/dists/stable/", simple());
  const auto other = keys.make({.created = static_cast<std::uint32_t>(now) - day});
  server.put("/key.asc", keys.public_key(other, true) + keys.public_key(key, true));
  auto source = apt();
  what(source).key = {server.url() + "/key.asc", TestKeys::fingerprint(key)};
  EXPECT_EQ(opened(source).size(), 1U);
  what(source).key.fingerprint = TestKeys::fingerprint(other);
  EXPECT_THROW(opened(source), base::Error);  // that key did not sign
  what(source).key.fingerprint = std::string(40, 'A');
  auto fingerprints = std::vector{TestKeys::fingerprint(key), TestKeys::fingerprint(other)};
  std::sort(fingerprints.begin(), fingerprints.end());
  expect_error(source, Exit::trust,
               "error: " + server.url() + "/key.asc: does not hold the key " + std::string(40, 'A') +
                   "\n  hint: it holds " + fingerprints[0] + ", " + fingerprints[1] + "\n");
  server.remove("/key.asc");
  expect_error(source, Exit::network,
               "error: " + server.url() + "/key.asc: not found (404)\n  hint: it is the key of the source 'test'\n");
}

TEST_F(ArchiveTest, AKeyFileThatIsMissingOrHoldsNoKeyIsAnError) {
  auto source = apt();
  what(source).key.location = folder.path() / "none.gpg";
  expect_error(source, Exit::usage,
               "error: " + (folder.path() / "none.gpg").string() +
                   ": cannot open: No such file or directory\n  hint: it is the key of the source 'test'\n");
  base::write_file_atomically(key_file(), "no key");
  expect_error(
      apt(), Exit::trust,
      "error: " + key_file().string() +
          ": holds no OpenPGP public key\n  hint: a keyring is what 'gpg --export' writes, binary or armoured\n");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ArchiveTest, AMissingDebianKeyringIsAnError) {
  const auto missing = folder.path() / "none.gpg";
  ::setenv("DEBONE_DEBIAN_KEYRING", missing.c_str(), 1);
  expect_error(debian(), Exit::usage,
               "error: " + missing.string() +
                   ": cannot open: No such file or directory\n"
                   "  hint: DEBONE_DEBIAN_KEYRING names it as the keyring of Debian's archive\n");
}

TEST_F(ArchiveTest, TheCommandLineMayReplaceAnAddressAndItsKey) {
  publish("/other/dists/stable/", simple());
  auto source = apt();
  what(source).key = {"/nonexistent", std::string(40, 'A')};
  options.replacements["test"] = {server.url() + "/other", key_file()};
  EXPECT_EQ(opened(source)[0].base_url, server.url() + "/other/");
}

TEST_F(ArchiveTest, LocalDebsArePassedOver) {
  recipe::Source source;
  source.what = recipe::DebSource{"/x.deb"};
  EXPECT_TRUE(opened(source).empty());
}

}  // namespace
}  // namespace debone::archive
