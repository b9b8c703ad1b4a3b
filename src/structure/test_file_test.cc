#include "structure/test_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "structure/environment.h"

namespace debone::structure {
namespace {

using testing::ElementsAre;

std::string error_of(const std::string& text) {
  try {
    parse(text, "t.yaml");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::usage);
    return error.render();
  }
  return "no error";
}

const std::string head = "schemaVersion: 2.0.0\n";

TEST(TestFile, ReadsACommandTest) {
  const auto file = parse(head + R"(globalEnvVars: [{key: A, value: 1}]
commandTests:
  - name: it speaks
    setup: [[mkdir, /x]]
    teardown: [[rm, /x], [true]]
    envVars: [{key: B, value: $A}]
    exitCode: 3
    command: php
    args: [-r, "", 5]
    expectedOutput: ["a.c"]
    excludedError: [x]
)",
                          "t.yaml");
  ASSERT_EQ(file.commands.size(), 1);
  const auto& test = file.commands.front();
  EXPECT_EQ(test.place.str(), "t.yaml:4:5");
  EXPECT_THAT(test.command, ElementsAre("php", "-r", "", "5"));
  EXPECT_THAT(test.setup, ElementsAre(ElementsAre("mkdir", "/x")));
  EXPECT_EQ(test.teardown.size(), 2);
  EXPECT_EQ(test.exit_status, 3);
  EXPECT_EQ(test.variables.front().value, "$A");
  EXPECT_TRUE(test.expected_output.front().matches("xabcx\n"));
  EXPECT_FALSE(test.expected_output.front().matches("a\nc")) << "as in Go, a dot is no newline";
  EXPECT_EQ(file.variables.front().value, "1");
}

TEST(TestFile, ReadsJson) {
  const auto file = parse(
      "{\n\t\"schemaVersion\": \"2.0.0\",\n\t\"fileExistenceTests\": [\n\t\t{\"name\": \"n\", \"path\": \"/etc\", "
      "\"uid\": -1, "
      "\"gid\": 3, \"isExecutableBy\": \"group\"}\n\t]\n}\n",
      "t.json");
  EXPECT_EQ(file.existence.front().gid, 3);
  EXPECT_FALSE(file.existence.front().uid);
  EXPECT_EQ(file.existence.front().executable_by, Executable::group);
}

TEST(TestFile, AnAbsentEntrypointIsNotAnEmptyOne) {
  const auto file = parse(head + "metadataTest: {entrypoint: []}\n", "t.yaml");
  EXPECT_THAT(file.metadata->entrypoint, testing::Optional(testing::IsEmpty()));
  EXPECT_FALSE(file.metadata->cmd);
}

TEST(TestFile, WhatIsNoTestFileAtAll) {
  EXPECT_EQ(error_of(""), "error: t.yaml:1:1: the test file is empty\n  hint: docs/test.md describes its keys\n");
  EXPECT_EQ(error_of("- a\n"), "error: t.yaml:1:1: a test file is a map of keys\n");
}

TEST(TestFile, MistakesAreNamedAtTheirPlace) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"commandTests: []\n",
       "error: t.yaml:1:1: the test file holds no test\n  hint: write commandTests, fileExistenceTests, "
       "fileContentTests, metadataTest or licenseTests\n"},
      {"metadataTest: {}\n",
       "error: t.yaml:1:1: the test file holds no test\n  hint: write commandTests, fileExistenceTests, "
       "fileContentTests, metadataTest or licenseTests\n"},
      {"commandTest: []\n",
       "error: t.yaml:2:1: unknown key 'commandTest' in the test file\n  hint: did you mean 'commandTests'?\n"},
      {"commandTests:\n  - {name: a, command: b, exitcode: 1}\n",
       "error: t.yaml:3:27: unknown key 'exitcode' in a test of 'commandTests'\n  hint: did you mean 'exitCode'?\n"},
      {"commandTests:\n  - {name: a}\n", "error: t.yaml:3:5: a test of 'commandTests' has no 'command'\n"},
      {"commandTests:\n  - {name: a, command: b, setup: [[]]}\n",
       "error: t.yaml:3:35: a command of 'setup' names no program\n"},
      {"commandTests:\n  - {name: a, command: b, exitCode: 256}\n",
       "error: t.yaml:3:37: 'exitCode' must be a number from 0 to 255\n"},
      {"commandTests:\n  - {name: a, command: b, expectedOutput: ['(?=x)']}\n",
       "error: t.yaml:3:44: 'expectedOutput' is no regular expression: invalid perl operator: (?=\n  hint: the syntax "
       "is "
       "RE2's, which has no back-references and no look-around\n"},
      {"fileExistenceTests:\n  - {name: a, path: /x, permissions: 0644}\n",
       "error: t.yaml:3:38: 'permissions' is not as Go writes a file's mode\n  hint: write -rw-r--r--, drwxr-xr-x, "
       "Lrwxrwxrwx for a link, dtrwxrwxrwx with the sticky bit\n"},
      {"fileExistenceTests:\n  - {name: a, path: /x, permissions: drwxr-xr-q}\n",
       "error: t.yaml:3:38: 'permissions' is not as Go writes a file's mode\n  hint: write -rw-r--r--, drwxr-xr-x, "
       "Lrwxrwxrwx for a link, dtrwxrwxrwx with the sticky bit\n"},
      {"licenseTests:\n  - {debian: false}\n",
       "error: t.yaml:3:5: a test of 'licenseTests' names no file\n  hint: write debian: true\n"},
      {"containerRunOptions: {privileged: true}\n",
       "error: t.yaml:2:35: 'privileged' is not supported: a container of debone's gains no privileges; name what it "
       "needs under 'capabilities'\n"},
      {"containerRunOptions: {allocateTty: true}\n",
       "error: t.yaml:2:36: 'allocateTty' is not supported: a program under test has no terminal\n"},
      {"containerRunOptions: {capabilities: [NET_ADMIM]}\n",
       "error: t.yaml:2:38: 'capabilities': there is no 'NET_ADMIM'\n  hint: see capabilities(7)\n"},
      {"containerRunOptions: {bindMounts: ['x:/y']}\n",
       "error: t.yaml:2:36: 'bindMounts' cannot be 'x:/y'\n  hint: write /of/the/host:/of/the/image, and :ro behind "
       "it\n"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(error_of(head + text), error);
}

TEST(TestFile, AnotherSchemaIsRefusedBeforeItsKeys) {
  EXPECT_EQ(
      error_of("schemaVersion: 1.0.0\nunknown: x\n"),
      "error: t.yaml:1:16: a test file of schema '1.0.0', and debone knows 2.0.0 alone\n  hint: write its tests in "
      "that form, with schemaVersion: 2.0.0\n");
  EXPECT_EQ(error_of("commandTests: []\n"),
            "error: t.yaml:1:1: the test file has no 'schemaVersion'\n  hint: write schemaVersion: 2.0.0\n");
}

TEST(TestFile, ContainerOptions) {
  ::setenv("STRUCTURE_TEST_SET", "on", 1);
  ::unsetenv("STRUCTURE_TEST_UNSET");
  const auto options = parse(head + R"(licenseTests: [{debian: true}]
containerRunOptions:
  user: www-data
  privileged: false
  envVars: [STRUCTURE_TEST_SET, STRUCTURE_TEST_UNSET]
  capabilities: [net_admin, CAP_CHOWN]
  bindMounts: ['/etc:/mnt:ro', '/etc/passwd:/p']
)",
                             "t.yaml")
                           .options;
  EXPECT_EQ(options.user, "www-data");
  EXPECT_THAT(options.environment, ElementsAre("STRUCTURE_TEST_SET=on"));
  EXPECT_THAT(options.capabilities, ElementsAre("CAP_NET_ADMIN", "CAP_CHOWN"));
  ASSERT_EQ(options.binds.size(), 2);
  EXPECT_EQ(options.binds[0].destination, "/mnt");
  EXPECT_TRUE(options.binds[0].read_only);
  EXPECT_FALSE(options.binds[1].read_only);
}

TEST(Environment, Expands) {
  const std::map<std::string, std::string> known{{"PATH", "/bin"}, {"A1", "x"}};
  EXPECT_EQ(expand("/x:$PATH", known), "/x:/bin");
  EXPECT_EQ(expand("${A1}y$A1y$A1", known), "xyx");
  EXPECT_EQ(expand("costs 5$, $ and ${", known), "costs 5$, $ and ${");
  EXPECT_EQ(expand("", known), "");
}

TEST(Environment, EnvFile) {
  EXPECT_THAT(parse_env_file("# comment\n\nA=1\nexport B = \"two words\"\nC='x'\nD=\n", "env"),
              ElementsAre("A=1", "B=two words", "C=x"));
  try {
    parse_env_file("A=1\nnothing\n", "env");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.render(), "error: env:2: no variable\n  hint: write NAME=VALUE\n");
  }
}

}  // namespace
}  // namespace debone::structure
