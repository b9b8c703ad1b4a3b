#include "check/test_check.h"

namespace debone::check {
namespace {

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

TEST_F(Check, WhatDeboneInitStartsCountsToo) {
  recipe.init.emplace().programs = {"/usr/bin/serve", "migrate"};
  EXPECT_EQ(findings(),
            "failure entrypoint-missing : no 'migrate' in the image's PATH; name its path, or add the package that "
            "brings it\n");
  file("usr/bin/migrate", program(), 0644);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-executable /usr/bin/migrate: nobody may execute it; give it permissions 0o755 "
            "under paths\n");
}

TEST_F(Check, TheEntrypointMustBeExecutable) {
  tree.at(*RelPath::parse("usr/bin/serve")).mode = 0644;
  EXPECT_EQ(findings(),
            "failure entrypoint-not-executable /usr/bin/serve: nobody may execute it; give it permissions 0o755 under "
            "paths\n");
}

TEST_F(Check, TheImagesUserMustBeAllowedToExecuteIt) {
  tree.at(*RelPath::parse("usr/bin/serve")).mode = 0750;
  recipe.run_as = "www-data";
  EXPECT_EQ(findings(),
            "failure entrypoint-not-executable /usr/bin/serve: 33:33, whom the image runs as, may not execute it (mode "
            "0750, owner 0:0); give it permissions 0o755 under paths\n");
  tree.at(*RelPath::parse("usr/bin/serve")).gid = 33;
  EXPECT_EQ(findings(), "");
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
            "interpreter; start the program that reads it, or mend the file\n");
  file("usr/bin/serve", "#!  \n", 0755);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-a-program /usr/bin/serve: a script whose first line names no interpreter; "
            "start the program that reads it, or mend the file\n");
  file("usr/bin/serve", "#!", 0755);
  EXPECT_EQ(findings(),
            "failure entrypoint-not-a-program /usr/bin/serve: a script whose first line names no interpreter; "
            "start the program that reads it, or mend the file\n");
  file("usr/bin/serve", program().substr(0, 100), 0755);
  EXPECT_TRUE(findings().starts_with("failure entrypoint-not-a-program /usr/bin/serve: malformed ELF file: "))
      << findings();
}

}  // namespace
}  // namespace debone::check
