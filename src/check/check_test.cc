#include "check/check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "check/test_check.h"

namespace debone::check {
namespace {

TEST_F(Check, FindsNothingInAGoodImage) {
  recipe.run_as = "www-data";
  recipe.work_dir = "/usr";
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, LinksInACircleAreNoProgram) {
  link("usr/bin/serve", "/usr/bin/other");
  link("usr/bin/other", "/usr/bin/serve");
  EXPECT_EQ(findings(),
            "failure dangling-link /usr/bin/other: it points at '/usr/bin/serve', which the image does not have "
            "(package:x); add the package that brings it, cut the link, or declare a volume there\n"
            "failure dangling-link /usr/bin/serve: it points at '/usr/bin/other', which the image does not have "
            "(package:x); add the package that brings it, cut the link, or declare a volume there\n"
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

TEST_F(Check, TheSchedulesTimeZoneIsThere) {
  recipe.init.emplace().time_zone = "Europe/Berlin";
  const auto missing =
      "failure time-zone-missing /usr/share/zoneinfo/Europe/Berlin: the schedule's time zone 'Europe/Berlin' is not "
      "there; add tzdata (tzdata-legacy has former names)\n";
  EXPECT_EQ(findings(), missing);
  file("usr/share/zoneinfo/Europe/Berlin", "a text");
  EXPECT_EQ(findings(), missing);
  file("usr/share/zoneinfo/Europe/Berlin", "TZif2");
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, OwnersHaveNames) {
  file("srv/one", "").uid = 1000;
  file("srv/two", "").uid = 1000;
  file("srv/three", "").gid = 2000;
  EXPECT_EQ(findings(),
            "failure owner-unknown /srv/one: uid 1000 of 2 paths has no name in /etc/passwd; name base-passwd, which "
            "has Debian's own, or state it under accounts\n"
            "failure owner-unknown /srv/three: gid 2000 of 1 path has no name in /etc/group; name base-passwd, which "
            "has Debian's own, or state it under accounts\n");
}

TEST_F(Check, AbsoluteLinksLeadSomewhere) {
  link("etc/localtime", "/usr/share/zoneinfo/Etc/UTC", "effect:time-zone");
  link("run/shm", "/dev/shm", "effect:tmpfiles");
  link("etc/mtab", "../proc/self/mounts", "effect:tmpfiles");
  link("etc/stub", "/etc/resolv.conf");
  link("etc/good", "/usr/bin/serve", "effect:x");
  link("etc/theirs", "/var/lib/missing", "package:x");
  link("etc/relative", "missing");
  link("etc/circle", "/etc/circle");
  link("etc/data", "/srv/data/db");
  recipe.volumes = {"/srv/data"};
  const std::string effects =
      "failure dangling-link /etc/localtime: it points at '/usr/share/zoneinfo/Etc/UTC', which the "
      "image does not have (effect:time-zone); add the package that brings it, cut the link, or declare a volume "
      "there\n";
  EXPECT_EQ(
      findings(),
      "failure dangling-link /etc/circle: it points at '/etc/circle', which the image does not have (package:x); add "
      "the package that brings it, cut the link, or declare a volume there\n" +
          effects +
          "failure dangling-link /etc/theirs: it points at '/var/lib/missing', which the image does not have "
          "(package:x); add the package that brings it, cut the link, or declare a volume there\n");
  tree.remove(*RelPath::parse("etc/circle"));
  recipe.closure = recipe::ClosureMode::full;
  EXPECT_EQ(findings(),
            effects + "report dangling-link /etc/theirs: 1 absolute link that leads nowhere: /etc/theirs\n");
}

TEST_F(Check, LinksThroughOtherLinksLeadWhereTheyLead) {
  link("var/run", "/run");
  link("etc/socket", "/var/run/app/socket");
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, WhatDebianLeavesDanglingIsNoFinding) {
  link("usr/share/zoneinfo/localtime", "/etc/localtime");
  link("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt");
  link("usr/share/mediawiki/LocalSettings.php", "/var/lib/mediawiki/LocalSettings.php");
  link("var/lib/mediawiki/LocalSettings.php", "/etc/mediawiki/LocalSettings.php");
  EXPECT_EQ(findings(), "");
  link("usr/share/zoneinfo/other", "/etc/localtime");
  EXPECT_THAT(findings(), ::testing::StartsWith("failure dangling-link /usr/share/zoneinfo/other: "));
}

TEST_F(Check, ScriptsInProgramDirectoriesHaveTheirInterpreter) {
  file("usr/bin/tool", "#!/usr/bin/perl -w\n", 0755);
  file("usr/bin/data", "#!/usr/bin/perl\n", 0644);
  file("usr/share/x/tool", "#!/usr/bin/perl\n", 0755);
  file("usr/sbin/by-env", "#!/usr/bin/env -S A=b python3 -s\n", 0755);
  file("usr/sbin/relative", "#!perl\n", 0755);
  file("usr/sbin/none", "#!\n", 0755);
  link("usr/local/bin/linked", "/usr/share/x/tool");
  link("usr/local/bin/same", "/usr/bin/tool");
  const auto lacks = [](std::string_view severity, std::string_view path, std::string_view what) {
    return fmt::format(
        "{} interpreter-missing {}: it needs '{}', which the image does not have; add the package that brings it\n",
        severity, path, what);
  };
  const auto all_lack = [&](std::string_view severity, std::string_view env) {
    return lacks(severity, "/usr/bin/tool", "/usr/bin/perl") +
           lacks("report", "/usr/local/bin/linked", "/usr/bin/perl") + lacks(severity, "/usr/sbin/by-env", env) +
           lacks(severity, "/usr/sbin/relative", "perl");
  };
  EXPECT_EQ(lines(all()), all_lack("failure", "python3"));
  recipe.closure = recipe::ClosureMode::full;
  EXPECT_EQ(lines(all()), all_lack("report", "python3"));
  EXPECT_EQ(findings(),
            "report interpreter-missing /usr/bin/tool: 4 scripts whose interpreter is not there: /usr/bin/tool, "
            "/usr/local/bin/linked, /usr/sbin/by-env and 1 more\n");
  tree.remove(*RelPath::parse("usr/sbin/relative"));
  file("usr/bin/perl", program(), 0755);
  file("usr/bin/python3", program(), 0755);
  EXPECT_EQ(lines(all()),
            "report interpreter-missing /usr/sbin/by-env: only 'python3' with its path starts it, since the image does "
            "not have '/usr/bin/env'\n");
  file("usr/bin/env", program(), 0755);
  EXPECT_EQ(lines(all()), "");
}

TEST_F(Check, PackageManagers) {
  file("usr/bin/dpkg", program(), 0755);
  link("usr/bin/apt", "/usr/bin/serve");
  file("usr/share/bash-completion/apt", "");
  EXPECT_EQ(findings(),
            "failure package-manager /usr/bin/apt: 2 package managers: /usr/bin/apt, /usr/bin/dpkg; leave out the "
            "package that brings it, or take apt's full closure (`closure: full`)\n");
  recipe.closure = recipe::ClosureMode::full;
  EXPECT_EQ(findings(), "report package-manager /usr/bin/apt: 2 package managers: /usr/bin/apt, /usr/bin/dpkg\n");
}

TEST_F(Check, WhatEverybodyMayWrite) {
  tree.put_directory(*RelPath::parse("tmp"), 01777, 0, "package:x");
  tree.put_directory(*RelPath::parse("srv/open"), 0777, 0, "package:x");
  file("srv/file", "", 0666);
  file("srv/sticky", "", 01666);
  file("srv/closed", "", 0664);
  link("srv/link", "/srv/file");
  EXPECT_EQ(findings(),
            "failure world-writable /srv/file: 3 paths that everybody may write: /srv/file, /srv/open, /srv/sticky; "
            "`paths: [{path: ..., type: permissions, permissions: ...}]` takes the bit away\n");
}

TEST_F(Check, SumsOfPackagesAreTrue) {
  link("bin", "usr/bin");
  const auto listed = [&](const std::string& lines) { file("var/lib/dpkg/status.d/one.md5sums", lines); };
  const auto sum = base::md5_hex(program());
  listed(sum + "  usr/bin/serve\n" + sum + "  bin/serve\nmalformed\n");
  EXPECT_EQ(findings(), "");
  const std::string zeros(32, '0');
  listed(zeros + "  bin/serve\n" + zeros + "  usr/share/doc/a\n" + zeros + "  usr/share/doc/b\n" + zeros + "  c\n" +
         zeros + "  ../d\n" + zeros + "  e\n");
  EXPECT_EQ(findings(),
            "failure md5sum-wrong /usr/bin/serve: it is not the file of which /var/lib/dpkg/status.d/one.md5sums has "
            "the sum; build the image from its packages anew\n"
            "report md5sum-wrong /var/lib/dpkg/status.d/one.md5sums: it lists what the image does not have: "
            "/usr/share/doc/a, /usr/share/doc/b, /c and 1 more\n");
}

TEST_F(Check, AKeyThatAPackageShipsIsNoSecret) {
  const std::string key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n";
  file("usr/share/x/test.key", key, 0644, "layer:1");
  EXPECT_THAT(findings(), ::testing::StartsWith("failure private-key /usr/share/x/test.key: "));
  file("var/lib/dpkg/info/x.md5sums", base::md5_hex("other") + "  usr/share/x/test.key\n", 0644, "layer:1");
  EXPECT_THAT(findings(), ::testing::StartsWith("failure private-key /usr/share/x/test.key: "));
  file("var/lib/dpkg/info/x.md5sums", base::md5_hex(key) + "  usr/share/x/test.key\n", 0644, "layer:1");
  EXPECT_EQ(findings(), "");
}

TEST_F(Check, NoPathStandsTwice) {
  for (const auto* path : {"etc/passwd",
                           "etc/group",
                           "etc/shadow",
                           "etc/gshadow",
                           "etc/ld.so.cache",
                           "etc/ssl/certs/ca-certificates.crt",
                           "etc/ssl/certs/java/cacerts",
                           "etc/ca-certificates.conf",
                           "etc/debone/init.conf",
                           "etc/mailcap",
                           "etc/shells",
                           "etc/pam.d/common-auth",
                           "etc/xml/catalog",
                           "etc/sgml/catalog",
                           "usr/share/mime/magic",
                           "usr/share/glib-2.0/schemas/gschemas.compiled",
                           "var/lib/ghostscript/fonts/cidfmap",
                           "usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache",
                           "usr/lib/x86_64-linux-gnu/gio/modules/giomodule.cache",
                           "usr/lib/x86_64-linux-gnu/gtk-3.0/3.0.0/immodules.cache",
                           "usr/bin/serve",
                           "opt/x/loaders.cache",
                           "opt/x/cacerts"})
    repeated.push_back({*RelPath::parse(path), "layer:1", "layer:3"});
  repeated.push_back({*RelPath::parse("srv/x"), "layer:2", "layer:2"});
  EXPECT_EQ(findings(),
            "failure path-twice /opt/x/cacerts: layer 1 has it and layer 3 again, which hides the first; make it right "
            "where it comes from\n"
            "failure path-twice /opt/x/loaders.cache: layer 1 has it and layer 3 again, which hides the first; make it "
            "right where it comes from\n"
            "failure path-twice /srv/x: layer 2 has it twice; leave one out\n"
            "failure path-twice /usr/bin/serve: layer 1 has it and layer 3 again, which hides the first; make it right "
            "where it comes from\n");
}

TEST_F(Check, WhatIsAllowedIsNoFinding) {
  file("usr/bin/su", "", 04755);
  file("usr/bin/mount", "", 04755);
  const recipe::Allowance su{"set-id", RelPath::parse("usr/bin/su"), "su is wanted"};
  const recipe::Allowance every{"set-id", std::nullopt, "all are wanted"};
  const recipe::Allowance unused{"shell", std::nullopt, "none"};
  const auto one = judge(all(), {su, unused});
  EXPECT_EQ(one.failures(), 1U);
  ASSERT_EQ(one.findings.size(), 1U);
  EXPECT_EQ(one.findings[0].path, "/usr/bin/mount");
  ASSERT_EQ(one.allowed.size(), 1U);
  EXPECT_EQ(one.allowed[0].finding.path, "/usr/bin/su");
  EXPECT_EQ(one.allowed[0].reason, "su is wanted");
  ASSERT_EQ(one.unused.size(), 1U);
  EXPECT_EQ(one.unused[0].id, "shell");
  const auto both = judge(all(), {every, su});
  EXPECT_EQ(both.failures(), 0U);
  ASSERT_EQ(both.allowed.size(), 2U);
  EXPECT_EQ(both.allowed[0].reason, "all are wanted");
  EXPECT_EQ(both.allowed[1].reason, "su is wanted");
  EXPECT_TRUE(both.unused.empty());
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
  file("usr/lib/libapp.so", library("libapp.so", {"libgone.so.1"}));
  EXPECT_EQ(findings(),
            "failure library-missing /usr/lib/libapp.so: it needs libgone.so.1, which nothing in the image is; add the "
            "package that has it to `packages`, or cut the file\n");
  debians_own = {{"usr/lib/libapp.so", "libgone.so.1"}};
  EXPECT_EQ(findings(),
            "report library-missing /usr/lib/libapp.so: /usr/lib/libapp.so needs libgone.so.1, which none of its "
            "packages' dependencies has\n");
}

// samba-common-bin's dumpmscat, say, does not start on Debian.
TEST_F(Check, ALibraryThatDebiansLoaderDoesNotFindEither) {
  file("usr/lib/libapp.so", library("libapp.so", {"libours.so"}));
  file("usr/lib/app/libours.so", library("libours.so"));
  const std::string failure =
      "failure library-missing /usr/lib/libapp.so: it needs libours.so, and /usr/lib/app/libours.so is where the "
      "loader does not look for it; name that directory in LD_LIBRARY_PATH under `environment`, or cut the file\n";
  EXPECT_EQ(findings(), failure);  // of another's image nothing is known
  cut_names.emplace();
  EXPECT_EQ(findings(),
            "report library-missing /usr/lib/libapp.so: /usr/lib/libapp.so needs libours.so, which the loader does not "
            "find\n");
  cut_names->insert("libours.so");  // perhaps the one that the loader would have found
  EXPECT_EQ(findings(), failure);
  cut_names->clear();
  file("usr/lib/libapp.so", library("libapp.so", {"libours.so"}), 0644, "recipe");
  EXPECT_EQ(findings(), failure);
}

TEST_F(Check, ALibraryOfAnotherKindIsNone) {
  file("usr/lib/libapp.so", library("libapp.so", {"libother.so"}));
  package::testing::FakeElf other;
  other.machine = EM_S390;
  other.soname = "libother.so";
  file("usr/lib/libother.so", other.bytes());
  link("lib/libother.so", "../usr/lib/libgone.so");
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
  for (const auto& finding : all()) ids.push_back(finding.id);
  EXPECT_EQ(ids,
            (std::vector<std::string>{"entrypoint-missing", "owner-unknown", "set-id", "shell", "work-dir-missing"}));
}

}  // namespace
}  // namespace debone::check
