#include "check/check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "package/elf.h"
#include "package/fake_elf.h"

namespace debone::check {
namespace {

using base::RelPath;

// A program of this machine, and the loader that it names.
const std::string& program() {
  static const std::string bytes = base::read_file("/bin/true", 1U << 24U);
  return bytes;
}
std::string loader() { return package::read_elf(program())->interpreter; }

// A library of this machine's kind.
std::string library(const std::string& soname, std::vector<std::string> needed = {}) {
  const auto own = *package::read_elf(program());
  package::testing::FakeElf elf;
  elf.is_64 = own.is_64;
  elf.big_endian = own.big_endian;
  elf.machine = own.machine;
  elf.soname = soname;
  elf.needed = std::move(needed);
  return elf.bytes();
}

class Check : public ::testing::Test {
 protected:
  Check() {
    recipe.entrypoint = {"serve", "-F"};
    file("usr/bin/serve", program(), 0755);
    file(loader().substr(1), "loader", 0755);
    const auto elf = *package::read_elf(program());
    for (const auto& soname : elf.needed) file("usr/lib/" + soname, library(soname));
    file("etc/passwd", "root:*:0:0:root:/root:/bin/sh\nwww-data:*:33:33::/:/usr/sbin/nologin\n");
    file("etc/group", "root:*:0:\nwww-data:*:33:\n");
  }

  tree::Node& file(const std::string& path, std::string content, std::uint32_t mode = 0644,
                   const std::string& origin = "package:x") {
    return tree.at(tree.put_file(*RelPath::parse(path), std::move(content), mode, 0, origin));
  }
  void link(const std::string& path, const std::string& target, const std::string& origin = "package:x") {
    tree.put_symlink(*RelPath::parse(path), target, 0, origin);
  }

  // A line a finding: "failure entrypoint-missing /path: text".
  std::string findings() const {
    std::string text;
    for (const auto& finding : image(tree, recipe, debians_own))
      text += fmt::format("{} {} {}: {}\n", finding.severity == Severity::failure ? "failure" : "report", finding.id,
                          finding.path, finding.text);
    return text;
  }

  tree::Tree tree;
  recipe::Recipe recipe;
  std::vector<Lack> debians_own;
};

TEST_F(Check, FindsNothingInAGoodImage) {
  recipe.run_as = "www-data";
  recipe.work_dir = "/usr";
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, AnImageToBuildOnNeedsNoEntrypoint) {
  recipe.entrypoint.clear();
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, TheCommandCountsWhereThereIsNoEntrypoint) {
  recipe.entrypoint.clear();
  recipe.cmd = {"gone"};
  EXPECT_EQ(
      findings(),
      "failure entrypoint-missing : no 'gone' in the image's PATH; name its path, or add the package that brings it\n");
}

TEST_F(Check, SearchesTheImagesPath) {
  recipe.environment["PATH"] = "/opt/bin:/opt/sbin";
  EXPECT_EQ(findings(),
            "failure entrypoint-missing : no 'serve' in the image's PATH; name its path, or add the package "
            "that brings it\n");
  link("opt/sbin", "../usr/bin");
  EXPECT_EQ(findings(), "");
  // One that may not be executed is passed over.
  file("opt/bin/serve", "", 0644);
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, FindsAPathFromTheWorkDirectory) {
  recipe.work_dir = "/usr";
  recipe.entrypoint = {"bin/serve"};
  EXPECT_EQ(findings(), "");
  recipe.entrypoint = {"/usr/bin/serve"};
  EXPECT_EQ(findings(), "");
  recipe.entrypoint = {"/usr/bin"};
  EXPECT_EQ(findings(),
            "failure entrypoint-missing : no '/usr/bin' in the image's PATH; name its path, or add the "
            "package that brings it\n");
}

TEST_F(Check, TheEntrypointMustBeExecutable) {
  tree.at(*RelPath::parse("usr/bin/serve")).mode = 0644;
  EXPECT_EQ(findings(),
            "failure entrypoint-not-executable /usr/bin/serve: nobody may execute it; give it permissions 0o755 under "
            "paths\n");
}

TEST_F(Check, TheLoaderMustBeThere) {
  tree.remove(*RelPath::parse_absolute(loader()));
  EXPECT_EQ(findings(),
            fmt::format("failure interpreter-missing /usr/bin/serve: it needs '{}', which the image does not "
                        "have; add the package that brings it\n",
                        loader()));
}

TEST_F(Check, AScriptsInterpreterMustBeThereAndItsLoaderToo) {
  file("usr/bin/serve", "#! /usr/bin/php -q\n<?php\n", 0755);
  EXPECT_EQ(findings(),
            "failure interpreter-missing /usr/bin/serve: it needs '/usr/bin/php', which the image does not "
            "have; add the package that brings it\n");
  file("usr/bin/php8.4", program(), 0755);
  link("usr/bin/php", "/etc/alternatives/php");
  link("etc/alternatives/php", "/usr/bin/php8.4");
  EXPECT_EQ(findings(), "");
  tree.remove(*RelPath::parse_absolute(loader()));
  EXPECT_EQ(findings(), fmt::format("failure interpreter-missing /usr/bin/php: it needs '{}', which the image does not "
                                    "have; add the package that brings it\n",
                                    loader()));
}

TEST_F(Check, AnInterpreterOfItselfEnds) {
  file("usr/bin/serve", "#!/usr/bin/serve\n", 0755);
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, TheEntrypointMustBeAProgram) {
  file("usr/bin/serve", "echo hello\n", 0755);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-a-program /usr/bin/serve: neither an ELF program nor a script with an "
            "interpreter\n");
  file("usr/bin/serve", "#!  \n", 0755);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-a-program /usr/bin/serve: a script whose first line names no interpreter\n");
  file("usr/bin/serve", "#!", 0755);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-a-program /usr/bin/serve: a script whose first line names no interpreter\n");
  file("usr/bin/serve", program().substr(0, 100), 0755);
  EXPECT_TRUE(findings().starts_with("failure entrypoint-not-a-program /usr/bin/serve: malformed ELF file: "))
      << findings();
}

TEST_F(Check, LinksInACircleAreNoProgram) {
  link("usr/bin/serve", "/usr/bin/other");
  link("usr/bin/other", "/usr/bin/serve");
  EXPECT_EQ(findings(),
            "failure entrypoint-missing : no 'serve' in the image's PATH; name its path, or add the package "
            "that brings it\n");
}

TEST_F(Check, RunAsIsAUserOfTheImage) {
  for (const auto* good : {"www-data", "33", "33:33", "0:33", "root"}) {
    recipe.run_as = good;
    EXPECT_EQ(findings(), "") << good;
  }
  recipe.run_as = "1000:1001";
  EXPECT_EQ(findings(),
            "failure run-as-unknown : run-as names the group '1001', which /etc/group does not have; state it under "
            "accounts\n"
            "failure run-as-unknown : run-as names the user '1000', which /etc/passwd does not have; state it under "
            "accounts\n");
  recipe.run_as = "app";
  tree.remove(*RelPath::parse("etc/group"));
  tree.remove(*RelPath::parse("etc/passwd"));
  EXPECT_NE(findings().find("failure run-as-unknown : run-as names the user 'app', which /etc/passwd does not have"),
            std::string::npos);
}

TEST_F(Check, TheWorkDirectoryIsThere) {
  recipe.work_dir = "/srv/app";
  EXPECT_EQ(findings(),
            "failure work-dir-missing /srv/app: work-dir is no directory of the image; make it under paths\n");
  file("srv/app", "");
  EXPECT_EQ(findings(),
            "failure work-dir-missing /srv/app: work-dir is no directory of the image; make it under paths\n");
}

TEST_F(Check, OwnersHaveNames) {
  file("srv/one", "").uid = 1000;
  file("srv/two", "").uid = 1000;
  file("srv/three", "").gid = 2000;
  EXPECT_EQ(findings(),
            "report owner-unknown /srv/one: uid 1000 of 2 paths has no name in /etc/passwd; state it under accounts\n"
            "report owner-unknown /srv/three: gid 2000 of 1 path has no name in /etc/group; state it under accounts\n");
}

TEST_F(Check, LinksOfEffectsLeadSomewhere) {
  link("etc/localtime", "/usr/share/zoneinfo/Etc/UTC", "effect:time-zone");
  link("run/shm", "/dev/shm", "effect:tmpfiles");
  link("etc/mtab", "../proc/self/mounts", "effect:tmpfiles");
  link("etc/good", "/usr/bin/serve", "effect:x");
  link("etc/theirs", "/var/lib/missing", "package:x");
  EXPECT_EQ(findings(),
            "failure dangling-link /etc/localtime: it points at '/usr/share/zoneinfo/Etc/UTC', which the "
            "image does not have (effect:time-zone)\n");
}

TEST_F(Check, ShellsAndSetIdFilesFailALeanImage) {
  file("usr/bin/dash", "", 0755);
  link("usr/bin/sh", "dash");
  file("usr/share/doc/sh", "no program");
  file("usr/bin/su", "", 04755);
  file("usr/bin/write", "", 02755);
  file("usr/bin/mount", "", 04755);
  file("usr/bin/umount", "", 04755);
  tree.put_directory(*RelPath::parse("var/mail"), 02775, 0, "effect:base-files");
  EXPECT_EQ(
      findings(),
      "failure set-id /usr/bin/mount: 4 set-id files: /usr/bin/mount, /usr/bin/su, /usr/bin/umount, /usr/bin/write; "
      "`paths: [{path: ..., type: permissions, permissions: 0o755}]` takes the bit away\n"
      "failure shell /usr/bin/dash: 2 shells: /usr/bin/dash, /usr/bin/sh; leave out the package that brings it, "
      "or take apt's full closure (`closure: full`)\n");
  recipe.closure = recipe::ClosureMode::full;
  EXPECT_EQ(findings(),
            "report set-id /usr/bin/mount: 4 set-id files: /usr/bin/mount, /usr/bin/su, /usr/bin/umount and 1 more\n"
            "report shell /usr/bin/dash: 2 shells: /usr/bin/dash, /usr/bin/sh\n");
}

TEST_F(Check, LibrariesAreThere) {
  file("usr/lib/libapp.so", library("libapp.so", {"libgone.so.1", "libprivate.so"}));
  file("usr/lib/app/private/libprivate.so", library("libprivate.so"));
  EXPECT_EQ(findings(),
            "failure library-missing /usr/lib/libapp.so: it needs libgone.so.1, which nothing in the image is; add the "
            "package that has it to `packages`, or cut the file\n");
  debians_own = {{"usr/lib/libapp.so", "libgone.so.1"}};
  EXPECT_EQ(findings(),
            "report library-missing /usr/lib/libapp.so: /usr/lib/libapp.so needs libgone.so.1, which none of its "
            "packages' dependencies has\n");
}

TEST_F(Check, ALibraryOfAnotherKindIsNone) {
  file("usr/lib/libapp.so", library("libapp.so", {"libother.so"}));
  package::testing::FakeElf other;
  other.machine = EM_S390;
  other.soname = "libother.so";
  file("usr/lib/libother.so", other.bytes());
  link("usr/lib/app/libother.so", "../libgone.so");
  EXPECT_THAT(findings(), ::testing::HasSubstr("/usr/lib/libapp.so: it needs libother.so,"));
  file("usr/lib/libgone.so", library("libother.so"));
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, AMalformedElfFileNeedsNothing) {
  file("usr/lib/libapp.so", library("libapp.so", {"libgone.so"}).substr(0, 200));
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, PrivateKeysOfTheUserAreFailures) {
  const std::string key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n";
  file("etc/ssl/private/packaged.key", key);
  file("srv/app/key.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + key, 0644, "recipe");
  file("srv/app/old.pem", "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n", 0644, "recipe");
  file("srv/app/pgp", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOY\n", 0644, "recipe");
  file("srv/app/public.pem", "-----BEGIN PUBLIC KEY-----\nMFkw\n", 0644, "recipe");
  file("srv/app/code.php", "<?php\n$head = '-----BEGIN PRIVATE KEY-----\n';\n-----BEGIN PRIVATE KEY-----\n' . $body",
       0644, "recipe");
  file("srv/app/cut", "-----BEGIN PRIVATE KEY-----", 0644, "recipe");
  const std::string text =
      "a private key would be in everybody's copy of the image; leave it out (.deboneignore) and mount it where it "
      "runs";
  EXPECT_EQ(findings(), fmt::format("failure private-key /srv/app/key.pem: {0}\n"
                                    "failure private-key /srv/app/old.pem: {0}\n"
                                    "failure private-key /srv/app/pgp: {0}\n",
                                    text));
}

TEST_F(Check, FindingsAreSorted) {
  file("usr/bin/sh", "", 04755).uid = 7;
  recipe.entrypoint = {"gone"};
  recipe.work_dir = "/none";
  std::vector<std::string> ids;
  for (const auto& finding : image(tree, recipe, debians_own)) ids.push_back(finding.id);
  EXPECT_EQ(ids,
            (std::vector<std::string>{"entrypoint-missing", "owner-unknown", "set-id", "shell", "work-dir-missing"}));
}

}  // namespace
}  // namespace debone::check
