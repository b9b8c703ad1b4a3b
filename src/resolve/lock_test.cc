#include "resolve/lock.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "resolve/yaml_text.h"

namespace debone::resolve {
namespace {

const std::string hash = std::string(63, '0') + "1";

const std::string whole =
    "# The exact packages of app, written by debone. `debone update` renews them, `debone lock --check` proves them.\n"
    "lock: 1\n"
    "name: app\n"
    "closure: lean\n"
    "sources:\n"
    "  - {debian: trixie, components: [main]}\n"
    "  - {name: vendor, suite: stable, components: [main], key: AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE, packages: "
    "[vendor-server], priority: 900}\n"
    "  - {deb: ./tool_1.0_all.deb}\n"
    "requests:\n"
    "  - hello=1:2.10-5+b1~deb13u1\n"
    "  - tool\n"
    "keep:\n"
    "  - perl\n"
    "exclude:\n"
    "  - libllvm19\n"
    "starts: /usr/bin/hello\n"
    "cuts:\n"
    "  - no-docs\n"
    "  - \"!/usr/share/doc/hello/**\"\n"
    "suites:\n"
    "  - {label: trixie, origin: Debian, suite: stable, codename: trixie, date: 2026-11-14T10:11:12Z, key: "
    "AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE, sha256: " +
    hash +
    "}\n"
    "  - {label: vendor stable, date: 2026-11-15T10:11:12Z, key: AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE, sha256: " +
    hash +
    "}\n"
    "users:\n"
    "  - {name: root, id: 0}\n"
    "groups:\n"
    "  - {name: root, id: 0}\n"
    "packages:\n"
    "  amd64:\n"
    "    - {name: hello, version: 1:2.10-5+b1~deb13u1, arch: amd64, state: kept, why: the recipe names it, from: "
    "trixie, "
    "size: 56, sha256: " +
    hash +
    ", path: pool/main/h/hello/hello_2.10-5+b1~deb13u1_amd64.deb}\n"
    "    - {name: perl-base, version: 5.40.1-6, arch: amd64, state: left-out, why: \"nothing needs it: no, "
    "\\\"nothing\\\"\", "
    "from: trixie}\n"
    "    - {name: tool, version: 1.0, arch: all, state: read, why: the recipe names it, from: ./tool_1.0_all.deb, "
    "size: "
    "7, sha256: " +
    hash +
    "}\n"
    "unresolved:\n"
    "  amd64:\n"
    "    - {path: usr/lib/hello/plugin.so, soname: libabsent.so.1}\n"
    "with-apt:\n"
    "  amd64: {packages: 12, size: 3400}\n";

// `whole` with `from` replaced.
std::string with(const std::string& from, const std::string& to) {
  auto text = whole;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    parse_lock(text, "app.lock");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::usage);
    return error.render();
  }
  return "no error";
}

TEST(Lock, IsWrittenAsItWasRead) { EXPECT_EQ(text_of(parse_lock(whole, "app.lock")), whole); }

TEST(Lock, SaysWhatWasWaived) {
  EXPECT_TRUE(parse_lock(whole, "app.lock").waived.empty());
  const auto text =
      with("users:\n",
           "waived:\n"
           "  - \"trixie: expired on 2026-11-21T10:11:12Z (Valid-Until)\"\n"
           "  - \"vendor stable: of 2026-11-15T10:11:12Z, older than the one of 2026-11-16T10:11:12Z that "
           "was seen before (Date)\"\n"
           "users:\n");
  const auto lock = parse_lock(text, "app.lock");
  ASSERT_EQ(lock.waived.size(), 2U);
  EXPECT_EQ(lock.waived[0], "trixie: expired on 2026-11-21T10:11:12Z (Valid-Until)");
  EXPECT_EQ(text_of(lock), text);
  EXPECT_EQ(error_of(with("users:\n", "waived: yes\nusers:\n")),
            "error: app.lock:23:9: 'waived' must be a list, not a text\n");
}

TEST(Lock, SaysWhatStandsInIt) {
  const auto lock = parse_lock(whole, "app.lock");
  EXPECT_EQ(lock.inputs.name, "app");
  ASSERT_EQ(lock.inputs.sources.size(), 3U);
  EXPECT_EQ(lock.inputs.sources[1].priority, 900);
  EXPECT_EQ(lock.inputs.requests[0].package, "hello");
  EXPECT_EQ(lock.find_suite("vendor stable")->origin, "");
  EXPECT_EQ(lock.find_suite("trixie")->date, 1'794'651'072);
  EXPECT_EQ(lock.find("arm64"), nullptr);
  const auto& amd64 = *lock.find("amd64");
  EXPECT_EQ(amd64.apt_packages, 12U);
  EXPECT_EQ(amd64.packages[0].path, "pool/main/h/hello/hello_2.10-5+b1~deb13u1_amd64.deb");
  EXPECT_EQ(amd64.packages[0].place.str(), "app.lock:29:7");
  EXPECT_EQ(amd64.packages[1].state, LockedState::left_out);
  EXPECT_EQ(amd64.packages[1].reason, "nothing needs it: no, \"nothing\"");
  EXPECT_EQ(amd64.packages[2].state, LockedState::read);
  EXPECT_EQ(amd64.packages[2].id(), "tool_1.0_all");
  ASSERT_EQ(amd64.unresolved.size(), 1U);
  EXPECT_EQ(amd64.unresolved[0].path, "usr/lib/hello/plugin.so");
  EXPECT_EQ(amd64.unresolved[0].soname, "libabsent.so.1");
}

TEST(Lock, ByANewerDeboneSaysSo) {
  EXPECT_EQ(error_of("lock: 2\nwhat: ever\n"),
            "error: app.lock:1:7: this lock has form 2, which a newer debone wrote; this one reads form 1\n"
            "  hint: take a newer debone, or let `debone update RECIPE` write it anew\n");
  EXPECT_EQ(error_of("lock: 0\n"),
            "error: app.lock:1:7: there is no form 0 of locks\n  hint: `debone update RECIPE` writes it anew\n");
  EXPECT_EQ(error_of("lock: new\n"), "error: app.lock:1:7: 'lock' must be a number\n");
  EXPECT_EQ(
      error_of("name: app\n"),
      "error: app.lock:1:1: this is not a lock: it has no 'lock'\n  hint: `debone update RECIPE` writes it anew\n");
}

TEST(Lock, DamagedSaysWhere) {
  EXPECT_EQ(error_of(""), "error: app.lock:1:1: the lock is empty\n  hint: docs/lock.md describes its keys\n");
  EXPECT_EQ(error_of(whole.substr(0, whole.rfind(hash))),
            "error: app.lock:31:1: this is not YAML: end of map flow not found\n");
  EXPECT_EQ(error_of(std::string("lock: 1\nname: \x01\n")),
            "error: app.lock:2:7: the byte 0x01 does not belong into a lock\n"
            "  hint: a lock is UTF-8 text without control characters\n");
  EXPECT_EQ(error_of(with("closure: lean\n", "<<<<<<< HEAD\nclosure: lean\n=======\nclosure: full\n>>>>>>> other\n")),
            "error: app.lock:4:1: a merge conflict that is not resolved\n"
            "  hint: take either side, and let `debone lock RECIPE` bring it in line with the recipe\n");
  EXPECT_EQ(error_of(with("with-apt", "with-at")),
            "error: app.lock:35:1: unknown key 'with-at' in the lock\n  hint: did you mean 'with-apt'?\n");
  const std::string cut_short =
      "error: app.lock:28:3: nothing of amd64 stands in 'with-apt': the lock was cut short\n"
      "  hint: `debone update RECIPE` writes it anew\n";
  for (const auto* end : {"    - {name: perl-base", "    - {name: tool", "with-apt"}) {
    EXPECT_EQ(error_of(whole.substr(0, whole.find(end))), cut_short);
  }
  EXPECT_EQ(error_of("lock: 1\nname: a\nclosure: lean\n"), "error: app.lock:1:1: the lock has no 'packages'\n");
}

TEST(Lock, ValuesThatCannotBeAreNamed) {
  const auto line = [](const std::string& from, const std::string& to) { return error_of(with(from, to)); };
  EXPECT_EQ(line("state: kept", "state: dataonly"),
            "error: app.lock:29:71: 'state' cannot be 'dataonly'\n  hint: did you mean 'data-only'?\n");
  EXPECT_EQ(line("arch: amd64, state: kept", "arch: arm64, state: kept"),
            "error: app.lock:29:57: a package for arm64 among those for amd64\n");
  EXPECT_EQ(line("from: trixie, size", "from: trixy, size"),
            "error: app.lock:29:109: 'trixy' is neither a suite of this lock nor a .deb among its sources\n");
  EXPECT_EQ(line("size: 56", "size: -56"), "error: app.lock:29:123: 'size' must be a number\n");
  EXPECT_EQ(line("path: pool", "path: ../pool"),
            "error: app.lock:29:207: '../pool/main/h/hello/hello_2.10-5+b1~deb13u1_amd64.deb' is no path below an "
            "archive's root\n");
  EXPECT_EQ(line(", size: 56", ""), "error: app.lock:29:7: a package has no 'size'\n");
  EXPECT_EQ(line("from: trixie}", "from: trixie, size: 3}"),
            "error: app.lock:30:136: 'size' does not belong to this package\n");
  EXPECT_EQ(line("name: tool", "name: hello"),
            "error: app.lock:31:7: the package 'hello' stands twice\n  hint: its first place is app.lock:29:7\n");
  EXPECT_EQ(line("version: 5.40.1-6", "version: x y"),
            "error: app.lock:30:34: bad version 'x y': invalid character in the upstream version\n");
  EXPECT_EQ(line("date: 2026-11-14T10:11:12Z", "date: yesterday"),
            "error: app.lock:21:76: 'yesterday' is not a time such as 2026-11-24T01:42:03Z\n");
  EXPECT_EQ(line("sha256: " + hash, "sha256: 00"), "error: app.lock:21:153: '00' is not a SHA-256: 64 hex digits\n");
  EXPECT_EQ(line("path: usr/lib/hello", "path: /usr/lib/hello"),
            "error: app.lock:34:14: '/usr/lib/hello/plugin.so' is no path below the image's root\n");
  EXPECT_EQ(line("  amd64: {packages", "  arm64: {packages"),
            "error: app.lock:36:3: the lock has no packages for 'arm64'\n");
  EXPECT_EQ(line("  - {name: root, id: 0}", "  - {name: root, id: 0}\n  - {name: root, id: 1}"),
            "error: app.lock:25:5: the user 'root' stands twice\n  hint: its first place is app.lock:24:5\n");
}

TEST(YamlText, IsQuotedWhereItMustBe) {
  EXPECT_EQ(yaml_text("needs libxml2.so.2 of php8.4-cli"), "needs libxml2.so.2 of php8.4-cli");
  EXPECT_EQ(yaml_text("1:2.3-4"), "1:2.3-4");
  EXPECT_EQ(yaml_text("Depends: libc6 (>= 2.41)"), "\"Depends: libc6 (>= 2.41)\"");
  EXPECT_EQ(yaml_text("a\"b\\"), "\"a\\\"b\\\\\"");
  EXPECT_EQ(yaml_text("a\x01\xff"), "\"a\\\\x01\\\\xff\"");
  for (const char* text :
       {"", "null", " a", "a ", "~", "- a", "a # b", "a: b", "a:", "[a]", "{a}", "a, b", "'", "..."}) {
    EXPECT_EQ(yaml_text(text).front(), '"') << text;
  }
}

}  // namespace
}  // namespace debone::resolve
