// archive::fetch, against the same repository as archive_test.cc.
#include <gtest/gtest.h>

#include "archive/archive.h"
#include "archive/test_archive.h"
#include "base/error.h"

namespace debone::archive {
namespace {

using base::Digest;
using base::Exit;
using testing::stanza;

struct FetchTest : testing::ArchiveTest {};

TEST_F(FetchTest, DebsAreFetchedUnderTheirWholeNames) {
  auto suite = simple();
  suite.files["main/binary-amd64/Packages"] = stanza("g++", deb, "pool/g++_1%3a1.0~rc1_amd64.deb");
  publish("/dists/stable/", suite);
  server.put("/pool/g%2B%2B_1%253a1.0~rc1_amd64.deb", deb);
  const auto suites = opened(apt());
  const auto& package = suites[0].indexes[0].at(0);
  fetch({{&package, suites.data()}, {&package, suites.data()}}, store, options, events);
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

}  // namespace
}  // namespace debone::archive
