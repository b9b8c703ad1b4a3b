#include "evidence/picked_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::evidence {
namespace {

using ::testing::ElementsAre;

package::Facts facts_of(const std::vector<std::string>& paths) {
  package::Facts facts;
  facts.record.name = "app";
  facts.record.version = debian::Version::parse("1.0");
  facts.record.architecture = "all";
  for (const auto& path : paths) {
    package::File file;
    file.path = path;
    if (path.empty() || path.ends_with('/')) {
      file.type = base::TarType::directory;
      if (!path.empty()) file.path.pop_back();
    }
    facts.files.push_back(file);
  }
  return facts;
}

const std::vector<std::string> app{"",
                                   "etc/",
                                   "etc/app.conf",
                                   "usr/",
                                   "usr/share/",
                                   "usr/share/app/",
                                   "usr/share/app/run.php",
                                   "usr/share/app/webroot/",
                                   "usr/share/app/webroot/index.php",
                                   "usr/share/app/webroot/img/",
                                   "usr/share/app/webroot/img/a.png",
                                   "usr/share/doc/",
                                   "usr/share/doc/app/",
                                   "usr/share/doc/app/copyright",
                                   "usr/share/doc/app/README"};

std::vector<std::string> taken(const std::vector<std::string>& globs) {
  recipe::PackageFiles files;
  files.package.name = "app";
  files.paths = globs;
  files.place = {"web.yaml", 4, 7};
  const auto facts = facts_of(app);
  std::vector<std::string> paths;
  for (const auto& file : facts.files) paths.push_back("/" + file.path);
  auto rest = not_picked(files, facts, 3);
  for (const auto& cut : rest) {
    EXPECT_EQ(cut.package, 3U);
    paths[cut.file].clear();
  }
  std::erase(paths, "");
  return paths;
}

TEST(PickedFiles, WhatAGlobFitsWithItsDirectoriesAndTheCopyright) {
  EXPECT_THAT(
      taken({"/usr/share/app/webroot"}),
      ElementsAre("/", "/usr", "/usr/share", "/usr/share/app", "/usr/share/app/webroot",
                  "/usr/share/app/webroot/index.php", "/usr/share/app/webroot/img", "/usr/share/app/webroot/img/a.png",
                  "/usr/share/doc", "/usr/share/doc/app", "/usr/share/doc/app/copyright"));
  EXPECT_THAT(taken({"/etc/*", "/**/*.php"}),
              ElementsAre("/", "/etc", "/etc/app.conf", "/usr", "/usr/share", "/usr/share/app",
                          "/usr/share/app/run.php", "/usr/share/app/webroot", "/usr/share/app/webroot/index.php",
                          "/usr/share/doc", "/usr/share/doc/app", "/usr/share/doc/app/copyright"));
}

TEST(PickedFiles, AGlobThatFitsNothingIsAMistake) {
  try {
    taken({"/etc/app.conf", "/usr/share/app/weboot"});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::usage);
    EXPECT_EQ(error.place(), "web.yaml:4:7");
    EXPECT_EQ(error.message(), "'/usr/share/app/weboot' fits no file of app_1.0_all");
  }
}

}  // namespace
}  // namespace debone::evidence
