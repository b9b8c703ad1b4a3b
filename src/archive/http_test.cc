#include "archive/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "archive/test_server.h"
#include "base/error.h"
#include "base/file.h"

namespace debone::archive {
namespace {

using base::Digest;
using base::Exit;
using testing::cut;
using ::testing::ElementsAre;
using testing::other;
using testing::redirect;
using testing::stall;
using testing::status;
using testing::TestServer;
using Documents = std::vector<std::optional<std::string>>;

class Heard : public base::Events {
 public:
  void warning(const std::string& text) override { ADD_FAILURE() << text; }
  void fetched(std::uint64_t done, std::uint64_t total) override {
    last = done;
    all = total;
  }
  std::uint64_t last = 0;
  std::uint64_t all = 0;
};

struct HttpTest : ::testing::Test {
  TestServer server;
  base::TempDir folder{"http"};
  store::Store store{folder.path() / "store"};
  Heard events;
  Fetcher fetcher{set_pace(), "debone/test"};

  base::Events& set_pace() {
    ::setenv("DEBONE_RETRY_DELAY_MS", "1", 1);
    ::setenv("DEBONE_STALL_SECONDS", "1", 1);
    return events;
  }

  std::string body = "0123456789abcdefghijklmnopqrstuvwxyz";
  Blob blob(const std::string& path = "/file") const {
    return {{server.url() + path}, Digest::of(body), body.size(), "run it again"};
  }
  void get(const Blob& wanted) { fetcher.blobs({wanted}, store); }
  std::optional<std::string> kept() const { return store.read(Digest::of(body), body.size()); }
  // As a process that was ended in the middle leaves it.
  void hold(const std::string& bytes) { store.partial(Digest::of(body))->append(bytes); }
  bool nothing_partial() const { return std::filesystem::is_empty(store.root() / "partial"); }

  template <typename Fn>
  void expect_error(Exit code, const std::string& rendered, Fn&& fn) {
    try {
      fn();
      ADD_FAILURE() << "no error";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_EQ(error.render(), rendered);
    }
  }
  void expect_blob_error(Exit code, const std::string& rest) {
    expect_error(code, "error: " + server.url() + "/file: " + rest, [&] { get(blob()); });
    EXPECT_EQ(kept(), std::nullopt);
  }
  void expect_document_error(Exit code, const std::string& rest, std::uint64_t limit = 1000) {
    expect_error(code, "error: " + server.url() + "/file: " + rest,
                 [&] { fetcher.documents({server.url() + "/file"}, limit); });
  }
};

constexpr const char* damaged_hint =
    "  hint: the mirror may be in the middle of an update, or serve a damaged file; try again later, or another "
    "mirror\n";
const std::string later_hint = "  hint: try again later, or name another mirror\n";
const std::string kept_hint = "  hint: run the command again: what has come is kept, and gone on from\n";
constexpr const char* network_hint = "  hint: is the network up, and does it need a proxy (http_proxy, https_proxy)?\n";

// --- documents

TEST_F(HttpTest, DocumentsComeInTheirOrder) {
  server.put("/a", "one");
  server.put("/b", "");
  EXPECT_EQ(fetcher.documents({server.url() + "/b", server.url() + "/none", server.url() + "/a"}, 10),
            (Documents{"", std::nullopt, "one"}));
  EXPECT_EQ(server.requests()[0].user_agent, "debone/test");
  EXPECT_EQ(fetcher.documents({}, 10), Documents{});
}

TEST_F(HttpTest, ManyDocumentsShareAFewConnections) {
  std::vector<std::string> urls;
  for (int i = 0; i < 60; ++i) {
    server.put(fmt::format("/{}", i), std::to_string(i));
    urls.push_back(fmt::format("{}/{}", server.url(), i));
  }
  const auto documents = fetcher.documents(urls, 10);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(documents[i], std::to_string(i));
  int connections = 0;
  for (const auto& request : server.requests()) connections = std::max(connections, request.connection + 1);
  EXPECT_LE(connections, 16);  // 8 at once; libcurl 8.14 was seen to make a ninth
}

TEST_F(HttpTest, WhatPassesIsGotOver) {
  server.put("/file", body);
  for (const auto& fault : {status(500), status(503), status(429), cut(5), testing::Fault(testing::hang_up)}) {
    server.next("/file", {fault, fault, fault});
    EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 100), Documents{body});
    EXPECT_THAT(server.ranges("/file"), ::testing::Each(""));  // pieces of a document are not put together
  }
}

TEST_F(HttpTest, EachTryIsWaitedForTwiceAsLong) {
  ::setenv("DEBONE_RETRY_DELAY_MS", "40", 1);
  Fetcher patient(events, "debone/test");
  server.put("/file", body);
  server.next("/file", {status(500), status(500), status(500)});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(patient.documents({server.url() + "/file"}, 100), Documents{body});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(40 + 80 + 160));
}

TEST_F(HttpTest, WhatLastsIsAnError) {
  server.put("/file", body);
  server.always("/file", status(500));
  expect_document_error(Exit::network, "the server answered 500 (tried 4 times)\n" + later_hint);
  server.always("/file", cut(5));
  expect_document_error(Exit::network, "the connection was cut (tried 4 times)\n" + later_hint);
  server.always("/file", testing::hang_up);
  expect_document_error(Exit::network, "the connection was cut (tried 4 times)\n" + later_hint);
  server.always("/file", status(403));
  expect_document_error(Exit::network, "the server answered 403\n");
  server.always("/file", status(301));
  expect_document_error(Exit::network, "the server answered 301\n");
}

TEST_F(HttpTest, AStalledServerIsAnError) {
  server.put("/file", body);
  server.next("/file", {stall(3)});
  EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 100), Documents{body});
}

TEST_F(HttpTest, ADocumentHasALimit) {
  server.put("/file", body);
  expect_document_error(Exit::trust, "longer than the 35 bytes allowed here\n", 35);
  EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 36), Documents{body});
  server.always("/file", testing::bytes_without_length(body));
  expect_document_error(Exit::trust, "longer than the 35 bytes allowed here\n", 35);
  EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 36), Documents{body});
}

TEST_F(HttpTest, RedirectsAreFollowedToACertainPoint) {
  server.put("/there", body);
  server.always("/file", redirect("/there"));
  EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 100), Documents{body});
  server.always("/file", redirect("/file"));
  expect_document_error(Exit::network, "more than 10 redirects\n");
  server.always("/file", redirect("file:///etc/passwd"));
  expect_document_error(Exit::network,
                        "leads to an address that is not followed: neither http nor https, or http after https\n");
}

TEST_F(HttpTest, AServerThatIsNotThereIsAnError) {
  // A port that was free a moment ago.
  std::string url;
  {
    const TestServer gone;
    url = gone.url();
  }
  expect_error(Exit::network, "error: " + url + "/x: cannot connect to the server (tried 4 times)\n" + network_hint,
               [&] { fetcher.documents({url + "/x"}, 10); });
  expect_error(
      Exit::network,
      std::string("error: http://nowhere.invalid/x: cannot find the host 'nowhere.invalid' (tried 4 times)\n") +
          network_hint,
      [&] { fetcher.documents({"http://user:secret@nowhere.invalid/x"}, 10); });
  expect_error(Exit::network, "error: http://a b/: not an address that can be fetched\n",
               [&] { fetcher.documents({"http://a b/"}, 10); });
}

TEST_F(HttpTest, FilesOfThisMachineAreRead) {
  const auto file = folder.path() / "a b";
  base::write_file_atomically(file, body);
  const auto url = "file://" + folder.path().string() + "/a%20b";
  EXPECT_EQ(fetcher.documents({url, "file:" + folder.path().string() + "/none"}, 36), (Documents{body, std::nullopt}));
  expect_error(Exit::trust, "error: " + url + ": longer than the 35 bytes allowed here\n",
               [&] { fetcher.documents({url}, 35); });
  auto wanted = blob();
  wanted.urls = {"file:" + folder.path().string() + "/none", url};
  get(wanted);
  EXPECT_EQ(kept(), body);
  expect_error(Exit::network, "error: file://" + folder.path().string() + ": cannot read: Is a directory\n",
               [&] { fetcher.documents({"file://" + folder.path().string()}, 35); });
}

// --- blobs

TEST_F(HttpTest, ABlobIsFetchedOnce) {
  server.put("/file", body);
  fetcher.blobs({blob(), blob()}, store);
  EXPECT_EQ(kept(), body);
  get(blob());
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(nothing_partial());
  EXPECT_EQ(events.last, 36U);
  EXPECT_EQ(events.all, 36U);
}

TEST_F(HttpTest, TheEmptyBlobIsFetched) {
  server.put("/file", "");
  fetcher.blobs({{{server.url() + "/file"}, Digest::of(""), 0, ""}}, store);
  EXPECT_EQ(store.read(Digest::of(""), 0), "");
}

TEST_F(HttpTest, ACutDownloadIsResumed) {
  server.put("/file", body);
  server.next("/file", {cut(10), cut(3)});
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("", "bytes=10-", "bytes=13-"));
}

TEST_F(HttpTest, AnEarlierProcesssDownloadIsResumed) {
  server.put("/file", body);
  hold(body.substr(0, 30));
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("bytes=30-"));
}

TEST_F(HttpTest, ADownloadThatWasWholeAlreadyNeedsNoServer) {
  hold(body);
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpTest, ADownloadThatLastsInPiecesIsKeptForTheNextProcess) {
  server.put("/file", body);
  server.always("/file", cut(4));
  expect_blob_error(Exit::network, "the connection was cut after 16 of 36 bytes (tried 4 times)\n" + kept_hint);
  server.heal();
  Fetcher(events, "x").blobs({blob()}, store);
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("bytes=16-"));
}

TEST_F(HttpTest, AServerThatIgnoresRangeGivesAllAgain) {
  server.put("/file", body);
  server.always("/file", testing::ignore_range);
  hold(body.substr(0, 30));
  get(blob());
  EXPECT_EQ(kept(), body);
}

TEST_F(HttpTest, AnotherRangeThanAskedForIsNotTaken) {
  server.put("/file", body);
  const auto answer = [](std::string headers, std::string bytes) {
    return [=](const testing::Request&, const std::string&) {
      return testing::Answer{testing::head(206, testing::with_length(bytes.size()) + headers) + bytes};
    };
  };
  for (const std::string headers :
       {"Content-Range: bytes 20-35/36\r\n", "Content-Range: bytes 30-35/40\r\n", "Content-Range: bytes x-35/36\r\n",
        "Content-Range: bits 30-35/36\r\n", "Content-Range: bytes 30-35/\r\n", ""}) {
    std::filesystem::remove_all(store.root());
    store = store::Store(folder.path() / "store");
    server.heal();
    server.next("/file", {answer(headers, body.substr(30))});
    hold(body.substr(0, 30));
    get(blob());
    EXPECT_EQ(kept(), body) << headers;
    EXPECT_THAT(server.ranges("/file"), ElementsAre("bytes=30-", ""));
  }
}

TEST_F(HttpTest, ARangeThatNobodyAskedForIsNotTaken) {
  server.put("/file", body);
  server.next("/file",
              {[](const testing::Request&, const std::string& all) { return testing::part(all, 0, all.size()); }});
  get(blob());
  EXPECT_EQ(kept(), body);
}

TEST_F(HttpTest, ATotalThatTheServerDoesNotKnowIsNoMatter) {
  server.put("/file", body);
  server.next("/file", {[](const testing::Request&, const std::string& all) {
                return testing::Answer{
                    testing::head(206, testing::with_length(6) + "content-range: bytes 30-35/*\r\n") + all.substr(30)};
              }});
  hold(body.substr(0, 30));
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpTest, WhatWasHeldOfAnOlderFileIsDropped) {
  server.put("/file", body);
  for (const std::size_t held : {5U, 36U, 50U}) {
    std::filesystem::remove_all(store.root());
    store = store::Store(folder.path() / "store");
    hold(std::string(held, '!'));
    get(blob());
    EXPECT_EQ(kept(), body);
    EXPECT_TRUE(nothing_partial());
  }
}

TEST_F(HttpTest, AFileThatIsAnotherOneIsAnErrorAndLeavesNothing) {
  const std::string wrong(36, '!');
  server.put("/file", wrong);
  const auto fault =
      "expected SHA-256 " + Digest::of(body).hex() + ", got " + Digest::of(wrong).hex() + "\n" + damaged_hint;
  expect_blob_error(Exit::trust, fault);
  EXPECT_EQ(server.requests().size(), 1U);
  hold("01234");
  expect_blob_error(Exit::trust, fault);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("", "bytes=5-", ""));
  EXPECT_TRUE(nothing_partial());
}

TEST_F(HttpTest, AFileOfAnotherLengthIsAnError) {
  server.put("/file", body.substr(0, 20));
  expect_blob_error(Exit::trust, std::string("expected 36 bytes, got 20\n") + damaged_hint);
  server.put("/file", body + "!");
  const auto too_long = std::string("longer than the 36 bytes that the index names\n") + damaged_hint;
  expect_blob_error(Exit::trust, too_long);
  server.put("/file", "");
  expect_blob_error(Exit::trust, std::string("expected 36 bytes, got 0\n") + damaged_hint);
  server.always("/file", testing::bytes_without_length(std::string(100'000, '!')));
  expect_blob_error(Exit::trust, too_long);
}

TEST_F(HttpTest, AnEndWithoutALengthMayBeACut) {
  server.put("/file", body);
  server.next("/file", {testing::bytes_without_length(body.substr(0, 7))});
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("", "bytes=7-"));
}

TEST_F(HttpTest, TheFirstAddressThatHasItServes) {
  server.put("/file", body);
  server.always("/forbidden", status(403));
  auto wanted = blob();
  wanted.urls = {server.url() + "/none", server.url() + "/forbidden", server.url() + "/file"};
  get(wanted);
  EXPECT_EQ(kept(), body);
}

TEST_F(HttpTest, AFileThatIsGoneIsAnErrorWithTheWayOut) {
  expect_blob_error(Exit::network, "not found (404)\n  hint: run it again\n");
  EXPECT_EQ(server.requests().size(), 1U);
  server.always("/file", status(403));
  expect_blob_error(Exit::network, "the server answered 403\n");
}

TEST_F(HttpTest, AStalledDownloadIsResumedOrAnError) {
  server.put("/file", body);
  server.next("/file", {stall(10)});
  get(blob());
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("", "bytes=10-"));
}

TEST_F(HttpTest, AServerThatNeverSpeaksIsAnError) {
  server.put("/file", body);
  server.always("/file", stall(0));
  expect_blob_error(Exit::network, "the server sent next to nothing for 1 s (tried 4 times)\n" + later_hint);
}

TEST_F(HttpTest, OneFailureEndsTheOthersAndTheirBytesAreKept) {
  server.put("/file", body);
  server.always("/file", stall(10));
  expect_error(Exit::network, "error: " + server.url() + "/none: not found (404)\n  hint: gone\n",
               [&] { fetcher.blobs({blob(), {{server.url() + "/none"}, Digest::of("x"), 1, "gone"}}, store); });
  server.heal();
  get(blob());
  EXPECT_EQ(kept(), body);
}

TEST_F(HttpTest, WhatAnotherIsFetchingIsWaitedFor) {
  server.put("/file", body);
  auto theirs = store.partial(Digest::of(body));
  std::thread other_process([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    theirs->append(body);
    theirs->commit(Digest::of(body), body.size());
    theirs.reset();
  });
  get(blob());
  other_process.join();
  EXPECT_EQ(kept(), body);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(events.last, 36U);
}

TEST_F(HttpTest, WhatAnotherGaveUpIsTakenOver) {
  server.put("/file", body);
  auto theirs = store.partial(Digest::of(body));
  theirs->append(body.substr(0, 3));
  std::thread other_process([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    theirs.reset();
  });
  get(blob());
  other_process.join();
  EXPECT_EQ(kept(), body);
  EXPECT_THAT(server.ranges("/file"), ElementsAre("bytes=3-"));
}

TEST_F(HttpTest, TheEnvironmentsProxyIsUsed) {
  server.put("http://example.org/x", body);
  ::setenv("http_proxy", server.url().c_str(), 1);
  EXPECT_EQ(fetcher.documents({"http://example.org/x"}, 100), Documents{body});
  ::setenv("no_proxy", "127.0.0.1", 1);
  server.put("/file", body);
  EXPECT_EQ(fetcher.documents({server.url() + "/file"}, 100), Documents{body});
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
  EXPECT_EQ(server.requests()[0].host, "example.org");
}

}  // namespace
}  // namespace debone::archive
