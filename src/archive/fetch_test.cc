// archive::fetch, against the same repository as archive_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/archive.h"
#include "archive/snapshot.h"
#include "archive/test_archive.h"
#include "base/error.h"

namespace debone::archive {
namespace {

using base::Digest;
using base::Exit;
using ::testing::ElementsAre;
using testing::stanza;

struct FetchTest : testing::ArchiveTest {};

TEST_F(FetchTest, DebsAreFetchedUnderTheirWholeNames) {
  auto suite = simple();
  suite.files["main/binary-amd64/Packages"] = stanza("g++", deb, "pool/g++_1%3a1.0~rc1_amd64.deb");
  publish("/dists/stable/", suite);
  server.put("/pool/g%2B%2B_1%253a1.0~rc1_amd64.deb", deb);
  const auto suites = opened(apt());
  const auto& package = suites[0].indexes[0].at(0);
  fetch({wanted(package, suites[0]), wanted(package, suites[0])}, store, options, events);
  EXPECT_EQ(store.read(*package.sha256, package.size), deb);
}

TEST_F(FetchTest, ADamagedDebInTheStoreIsFetchedAnewOnceItWasRead) {
  publish("/dists/stable/", simple());
  server.put("/pool/hello_1.0_amd64.deb", deb);
  const auto suites = opened(apt());
  EXPECT_EQ(fetched(suites), deb);
  auto damaged = deb;
  damaged[0] = '!';
  store.write(Digest::of(deb), damaged);
  EXPECT_EQ(fetched(suites), std::nullopt);
  EXPECT_EQ(fetched(suites), deb);
}

TEST_F(FetchTest, AnIndexWithoutAHashIsRefused) {
  auto suite = simple();
  auto& text = suite.files["main/binary-amd64/Packages"];
  text.erase(text.find("SHA256:"), text.find("Description:") - text.find("SHA256:"));
  publish("/dists/stable/", suite);
  try {
    fetched(opened(apt()));
    ADD_FAILURE() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), Exit::trust);
    EXPECT_EQ(error.render(), "error: hello_1.0_amd64 in test stable: the index names no size or no SHA-256 for it\n");
  }
}

TEST_F(FetchTest, ADebThatTheMirrorDroppedIsAnErrorWithTheWayOut) {
  publish("/dists/stable/", simple());
  const auto suites = opened(apt());
  try {
    fetched(suites);
    ADD_FAILURE() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), Exit::network);
    EXPECT_EQ(error.render(),
              "error: " + server.url() +
                  "/pool/hello_1.0_amd64.deb: not found (404)\n"
                  "  hint: the mirror no longer has this version; run the command again to resolve anew\n");
  }
}

TEST_F(FetchTest, AnIndexCannotNameAFileOutsideTheArchive) {
  for (const std::string filename : {"../../etc/passwd", "/etc/passwd", "pool/../../x", "http://example.org/../x"}) {
    auto suite = simple();
    suite.files["main/binary-amd64/Packages"] = stanza("hello", deb, filename);
    publish("/dists/stable/", suite);
    const auto suites = opened(apt());
    try {
      fetched(suites);
      ADD_FAILURE() << "no error";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), Exit::trust);
      EXPECT_EQ(error.render(), "error: hello_1.0_amd64 in test stable: '" + filename +
                                    "' is no path below the archive's root (Filename)\n");
    }
  }
}

struct OldVersions : FetchTest {
  Wanted old() {
    return {"hello_1.0_amd64", "pool/hello_1.0_amd64.deb", deb.size(),
            Digest::of(deb),   server.url() + "/",         snapshot_roots(server.url() + "/old/", 1'790'000'000)};
  }
  std::optional<std::string> brought(const Wanted& one) {
    fetch({one}, store, options, events);
    return store.read(one.sha256, one.size);
  }
  std::string error_of(const std::vector<Wanted>& all) {
    try {
      fetch(all, store, options, events);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), Exit::network);
      return error.render();
    }
    return "no error";
  }
};

TEST_F(OldVersions, AreTakenFromTheMirrorWhileItHasThem) {
  server.put("/pool/hello_1.0_amd64.deb", deb);
  EXPECT_EQ(brought(old()), deb);
  EXPECT_THAT(requested(), ElementsAre("/pool/hello_1.0_amd64.deb"));
}

TEST_F(OldVersions, AreTakenFromTheSnapshotOfThatTimeOrOneAfterIt) {
  server.put("/old/20260921T201320Z/pool/hello_1.0_amd64.deb", deb);
  EXPECT_EQ(brought(old()), deb);
  EXPECT_THAT(requested(), ElementsAre("/old/20260921T141320Z/pool/hello_1.0_amd64.deb",
                                       "/old/20260921T161320Z/pool/hello_1.0_amd64.deb",
                                       "/old/20260921T201320Z/pool/hello_1.0_amd64.deb", "/pool/hello_1.0_amd64.deb"));
}

TEST_F(OldVersions, ThatNobodyHasAreAnErrorWithTheWayOut) {
  const auto hint =
      "; the mirror no longer has hello_1.0_amd64.deb\n"
      "  hint: `debone update RECIPE` resolves anew; `snapshot:` of a source in the recipe names another archive of "
      "old "
      "versions\n";
  EXPECT_EQ(error_of({old()}),
            "error: " + server.url() + "/old/20260928T141320Z/pool/hello_1.0_amd64.deb: not found (404)" + hint);
  EXPECT_EQ(requested().size(), 9U);
  auto unreachable = old();
  unreachable.old = {"http://127.0.0.1:1/"};
  EXPECT_EQ(error_of({unreachable}),
            "error: http://127.0.0.1:1/pool/hello_1.0_amd64.deb: cannot connect to the server (tried 4 times)" +
                std::string(hint));
}

TEST_F(OldVersions, OfflineNothingIsAskedFor) {
  server.put("/pool/hello_1.0_amd64.deb", deb);
  options.offline = true;
  std::vector<Wanted> all(5, old());
  EXPECT_EQ(error_of({all[0]}),
            "error: not in the store, and --offline allows no request: hello_1.0_amd64.deb\n"
            "  hint: `debone fetch RECIPE` brings them while the network is there\n");
  EXPECT_EQ(error_of(all),
            "error: not in the store, and --offline allows no request: hello_1.0_amd64.deb, hello_1.0_amd64.deb, "
            "hello_1.0_amd64.deb and 2 more\n"
            "  hint: `debone fetch RECIPE` brings them while the network is there\n");
  EXPECT_TRUE(server.requests().empty());
  store.write(Digest::of(deb), deb);
  EXPECT_EQ(brought(old()), deb);
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace debone::archive
