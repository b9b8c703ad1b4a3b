#include "tree/ignore.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/process.h"
#include "base/test_tar.h"
#include "base/text.h"

namespace debone::tree {
namespace {

TEST(Ignore, RefusesCharacterClasses) {
  const auto error = base::error_of([] { IgnoreRules::parse("ok\n\n*.[ch]\n", "app/.deboneignore"); });
  EXPECT_EQ(error.code(), base::Exit::usage);
  EXPECT_EQ(error.render(),
            "error: app/.deboneignore:3: character classes ('[...]') are not known here\n"
            "  hint: write '\\[' for the character itself\n");
  EXPECT_TRUE(IgnoreRules::parse("a\\[b]\n", "f").ignores("a[b]", false));
}

TEST(Ignore, IgnoresNothingByItself) {
  EXPECT_FALSE(IgnoreRules().ignores("a", false));
  EXPECT_FALSE(IgnoreRules::parse("\n# x\n\r\n   \n/\n!\n", "f").ignores("a", false));
}

TEST(Ignore, TakesLinearTime) {
  const auto rules = IgnoreRules::parse("a*a*a*a*a*a*a*a*a*a*a*b\n**/a/**/a/**/a/**/a/**/a/**/a/**/b\n", "f");
  EXPECT_FALSE(rules.ignores(std::string(250, 'a'), false));
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += "/a";
  EXPECT_FALSE(rules.ignores(deep, false));
}

// git as oracle: each rule set over each path, directories by a slash at their end.
TEST(Ignore, AgreesWithGit) {
  const std::vector<std::string> paths{
      "a",         "b",           "a.log",       "d/",      "d/a",       "d/a.log", "d/e/",      "d/e/a",  "d/e/a.log",
      "build/",    "build/x",     "x/",          "x/build", "x/build2/", "# c",     "!bang",     "sp ace", "doc/",
      "doc/a.txt", "doc/b/",      "doc/b/a.txt", "foo/",    "foo/bar",   "x/foo/",  "x/foo/bar", ".env",   "foo/x/",
      "foo/x/y/",  "foo/x/y/bar", "ab",          "axb",     "x/a/",      "x/a/b",   "blank "};
  const std::vector<std::string> rule_sets{"a\n",
                                           "/a\n",
                                           "a/\n",
                                           "d/a\n",
                                           "*.log\n",
                                           "*.log\n!d/a.log\n",
                                           "d/\n!d/a\n",
                                           "build\n",
                                           "build/\n",
                                           "/build/\n",
                                           "**/a.txt\n",
                                           "doc/*.txt\n",
                                           "doc/**\n",
                                           "doc/**/a.txt\n",
                                           "foo/bar\n",
                                           "**/foo/bar\n",
                                           "foo/**/bar\n",
                                           "?\n",
                                           "a?b\n",
                                           "a*b\n",
                                           "\\# c\n",
                                           "\\!bang\n",
                                           "*\n!a\n",
                                           "sp\\ ace\n",
                                           "*e*\n",
                                           "d/e\n!d/e\n",
                                           "/*\n!/d\n",
                                           "x/*\n!x/build\n",
                                           "a  \n",
                                           "blank\\ \n",
                                           ".*\n",
                                           "d/*/a\n",
                                           "*/\n",
                                           "**\n",
                                           "/**/a\n",
                                           "a**b\n",
                                           "!a\na\n",
                                           "d/**/\n",
                                           "\\a\n",
                                           "x/a\n!x/a/b\n",
                                           "/x/**/\n!x/a/\n",
                                           "doc/**/**/a.txt\n"};
  const base::TempDir folder("debone-ignore");
  const auto root = folder.path().string();
  ASSERT_EQ(base::run_and_capture({"git", "init", "-q", root}, 1U << 20U).status, 0);
  std::vector<std::string> names;
  for (const auto& path : paths) {
    const bool is_directory = path.ends_with('/');
    names.push_back(path.substr(0, path.size() - (is_directory ? 1 : 0)));
    const auto on_disk = folder.path() / names.back();
    base::make_directories(is_directory ? on_disk : on_disk.parent_path());
    if (!is_directory) base::write_file_atomically(on_disk, "");
  }
  std::vector<std::string> command{"git", "-C", root, "check-ignore", "--no-index", "--"};
  command.insert(command.end(), names.begin(), names.end());
  for (const auto& text : rule_sets) {
    SCOPED_TRACE(text);
    base::write_file_atomically(folder.path() / ".gitignore", text);
    const auto said = base::run_and_capture(command, 1U << 20U);
    ASSERT_LE(said.status, 1) << said.err;
    const auto rules = IgnoreRules::parse(text, "f");
    std::string ours;
    for (const auto& name : names) {
      // A path below an ignored folder is never looked at.
      bool ignored = false;
      for (auto end = name.find('/'); !ignored && end != std::string::npos; end = name.find('/', end + 1)) {
        ignored = rules.ignores(name.substr(0, end), true);
      }
      if (ignored || rules.ignores(name, std::filesystem::is_directory(folder.path() / name))) ours += name + "\n";
    }
    EXPECT_EQ(ours, said.out);
  }
}

}  // namespace
}  // namespace debone::tree
