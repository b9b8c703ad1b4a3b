#include "run/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "image/test_image.h"

namespace debone::run {
namespace {

using base::Exit;
using image::error_of;
using testing::ElementsAre;
using testing::Pair;

image::Config config() {
  image::Config config;
  config.entrypoint = {"php-fpm", "-F"};
  config.cmd = {"-O"};
  return config;
}

Process made(const image::Config& config, const Options& options, bool terminal = false) {
  return process_of(config, options, tree::Tree(), terminal);
}

TEST(Process, ArgumentsReplaceCmdAndAnEntrypointReplacesBoth) {
  EXPECT_THAT(made(config(), {}).arguments, ElementsAre("php-fpm", "-F", "-O"));
  EXPECT_THAT(made(config(), {.arguments = {"-t"}}).arguments, ElementsAre("php-fpm", "-F", "-t"));
  EXPECT_THAT(made(config(), {.entrypoint = {"php"}}).arguments, ElementsAre("php"));
  EXPECT_THAT(made(config(), {.arguments = {"-v"}, .entrypoint = {"php"}}).arguments, ElementsAre("php", "-v"));
}

TEST(Process, AnImageWithoutCommandIsAnError) {
  EXPECT_EQ(error_of([] { made({}, {}); }, Exit::usage),
            "error: the image has neither an entrypoint nor a cmd\n"
            "  hint: say what to run, as in `debone run IMAGE -- php -v`\n");
  EXPECT_THAT(made({}, {.arguments = {"php", "-v"}}).arguments, ElementsAre("php", "-v"));
}

TEST(Process, TheEnvironmentIsTheImagesThenTheUsers) {
  auto with = config();
  with.environment = {{"A", "image"}, {"B", "image"}, {"GONE", "image"}};
  ::setenv("DEBONE_TEST_PASSED", "here", 1);
  ::unsetenv("GONE");
  EXPECT_THAT(made(with, {.environment = {"B=user", "C=a=b", "D=", "DEBONE_TEST_PASSED", "GONE"}}).environment,
              ElementsAre(Pair("A", "image"), Pair("B", "user"), Pair("C", "a=b"), Pair("D", ""),
                          Pair("DEBONE_TEST_PASSED", "here"), Pair("HOME", "/"),
                          Pair("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")));
  ::unsetenv("DEBONE_TEST_PASSED");
  EXPECT_EQ(made(config(), {}, true).environment.at("TERM"), "xterm");
  EXPECT_EQ(error_of([] { made(config(), {.environment = {"=x"}}); }, Exit::usage),
            "error: --env '=x' names no variable\n"
            "  hint: write NAME=VALUE, or NAME to pass this shell's value\n");
}

TEST(Process, TheWorkingDirectoryIsAbsolute) {
  auto with = config();
  EXPECT_EQ(made(with, {}).work_dir, "/");
  with.work_dir = "/srv";
  EXPECT_EQ(made(with, {}).work_dir, "/srv");
  EXPECT_EQ(made(with, {.work_dir = "/tmp"}).work_dir, "/tmp");
  EXPECT_EQ(error_of([&] { made(with, {.work_dir = "tmp"}); }, Exit::usage),
            "error: the working directory 'tmp' is not an absolute path\n");
}

}  // namespace
}  // namespace debone::run
