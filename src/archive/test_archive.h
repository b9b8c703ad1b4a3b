// A signed repository of the tests' own, served on loopback, and what the tests of archive::open and fetch ask of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "archive/test_keys.h"
#include "archive/test_server.h"
#include "base/error.h"
#include "base/file.h"

namespace debone::archive::testing {

using base::Digest;
using base::Exit;

class Silent : public base::Events {
 public:
  void warning(const std::string& text) override { ADD_FAILURE() << text; }
  void fetched(std::uint64_t, std::uint64_t) override {}
};

inline std::string rfc_date(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char buffer[64];
  std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S UTC", &parts);
  return buffer;
}

inline std::string stanza(const std::string& name, const std::string& deb, const std::string& filename,
                          const std::string& architecture = "amd64") {
  return fmt::format(
      "Package: {}\nVersion: 1.0\nArchitecture: {}\nMaintainer: T <t@example.org>\nFilename: {}\nSize: {}\nSHA256: {}\n"
      "Description: test\n\n",
      name, architecture, filename, deb.size(), Digest::of(deb).hex());
}

// One suite, as its maker describes it; publish() signs it.
struct Published {
  std::string suite = "stable";
  std::string codename = "trixie";
  std::int64_t date = 0;
  std::int64_t valid_until = 0;
  std::string more;                          // further fields
  std::map<std::string, std::string> files;  // listed, and put on the server
};

struct ArchiveTest : ::testing::Test {
  const std::int64_t now = std::time(nullptr);
  TestServer server;
  base::TempDir folder{"archive"};
  store::Store store{folder.path() / "store"};
  TestKeys keys;
  TestKeys::Key key = keys.make({.created = static_cast<std::uint32_t>(now) - 100 * day});
  Silent events;
  Options options;
  std::string deb = "the bytes of a package";

  ArchiveTest() {
    ::setenv("DEBONE_RETRY_DELAY_MS", "1", 1);
    ::setenv("DEBONE_STALL_SECONDS", "1", 1);
    ::setenv("DEBONE_DEBIAN_MIRROR", (server.url() + "/debian").c_str(), 1);
    ::setenv("DEBONE_DEBIAN_SECURITY_MIRROR", (server.url() + "/debian-security").c_str(), 1);
    ::setenv("DEBONE_DEBIAN_KEYRING", key_file().c_str(), 1);
    base::write_file_atomically(key_file(), keys.public_key(key));
  }
  ~ArchiveTest() override {
    for (const char* name : {"DEBONE_DEBIAN_MIRROR", "DEBONE_DEBIAN_SECURITY_MIRROR", "DEBONE_DEBIAN_KEYRING"}) {
      ::unsetenv(name);
    }
  }

  std::filesystem::path key_file() const { return folder.path() / "key.gpg"; }

  std::string release_text(const Published& suite) const {
    auto text = "Origin: Test\n" + (suite.suite.empty() ? "" : "Suite: " + suite.suite + "\n") +
                (suite.codename.empty() ? "" : "Codename: " + suite.codename + "\n") +
                "Date: " + rfc_date(suite.date != 0 ? suite.date : now - 60) + "\n";
    if (suite.valid_until != 0) text += "Valid-Until: " + rfc_date(suite.valid_until) + "\n";
    text += suite.more + "SHA256:\n";
    for (const auto& [path, bytes] : suite.files) {
      text += fmt::format(" {} {} {}\n", Digest::of(bytes).hex(), bytes.size(), path);
    }
    return text;
  }
  TestKeys::Signing signing() const { return {.created = static_cast<std::uint32_t>(now) - 30}; }

  // Puts InRelease and the files below `at` on the server.
  void publish(const std::string& at, const Published& suite) {
    server.put(at + "InRelease", keys.clear_sign(release_text(suite), {key}, signing()));
    for (const auto& [path, bytes] : suite.files) server.put(at + path, bytes);
  }
  Published simple() const {
    Published suite;
    suite.files["main/binary-amd64/Packages"] = stanza("hello", deb, "pool/hello_1.0_amd64.deb");
    return suite;
  }
  // trixie, trixie-updates and trixie-security; hello in each.
  void publish_debian() {
    auto suite = simple();
    publish("/debian/dists/trixie/", suite);
    suite.suite = "stable-updates", suite.codename = "trixie-updates";
    publish("/debian/dists/trixie-updates/", suite);
    suite.suite = "stable-security", suite.codename = "trixie-security";
    publish("/debian-security/dists/trixie-security/", suite);
  }

  static recipe::Source debian() {
    recipe::Source source;
    recipe::DebianSource what;
    what.codename = "trixie";
    source.what = what;
    return source;
  }
  recipe::Source apt(const std::string& suite = "stable", std::vector<std::string> components = {"main"}) const {
    recipe::Source source;
    recipe::AptSource what;
    what.name = "test";
    what.url = server.url();
    what.suite = suite;
    what.components = std::move(components);
    what.key.location = key_file();
    source.what = what;
    source.place = {"r.yaml", 3, 5};
    return source;
  }
  static recipe::AptSource& what(recipe::Source& source) { return std::get<recipe::AptSource>(source.what); }

  std::vector<Suite> opened(const recipe::Source& source, const std::string& architecture = "amd64") {
    return open({source}, architecture, store, options, events);
  }
  // What the store holds of the first package once it was fetched.
  std::optional<std::string> fetched(const std::vector<Suite>& suites) {
    const auto& package = suites[0].indexes[0].at(0);
    fetch({wanted(package, suites[0])}, store, options, events);
    return store.read(Digest::of(deb), deb.size());
  }
  void expect_error(const recipe::Source& source, Exit code, const std::string& rendered,
                    const std::string& architecture = "amd64") {
    try {
      opened(source, architecture);
      ADD_FAILURE() << "no error";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_EQ(error.render(), rendered);
    }
  }
  std::string in_release() const { return server.url() + "/dists/stable/InRelease"; }
  std::vector<std::string> requested() const {
    std::vector<std::string> paths;
    for (const auto& request : server.requests()) paths.push_back(request.path);
    std::sort(paths.begin(), paths.end());
    return paths;
  }
};

}  // namespace debone::archive::testing
