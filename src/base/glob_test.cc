#include "base/glob.h"

#include <fnmatch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/test_tar.h"

namespace debone::base {
namespace {

using testing::ElementsAre;

std::string error_text(std::string_view pattern) {
  return error_of([&] { Glob glob(pattern); }).render();
}

TEST(Glob, FitsWholePaths) {
  EXPECT_TRUE(Glob("usr/share/doc").fits("usr/share/doc"));
  EXPECT_FALSE(Glob("usr/share/doc").fits("usr/share/doc/x"));
  EXPECT_FALSE(Glob("usr/share/doc").fits("usr/share/docs"));
  EXPECT_FALSE(Glob("share/doc").fits("usr/share/doc"));
}

TEST(Glob, TwoStarsStandForAnyNumberOfComponents) {
  const Glob within("usr/**/x");
  for (const auto* path : {"usr/x", "usr/a/x", "usr/a/b/c/x"}) EXPECT_TRUE(within.fits(path)) << path;
  for (const auto* path : {"x", "usr", "usr/a", "usr/xx", "usr/x/a", "lib/x"}) EXPECT_FALSE(within.fits(path)) << path;
  EXPECT_TRUE(Glob("**/*.a").fits("x.a"));
  EXPECT_TRUE(Glob("**/*.a").fits("usr/lib/x.a"));
  EXPECT_TRUE(Glob("**").fits("usr/lib/x.a"));
  EXPECT_TRUE(Glob("a/**/b/**/c").fits("a/b/x/b/b/c"));
  EXPECT_FALSE(Glob("a/**/b/**/c").fits("a/c/b"));
  // As a part of a component they are one star.
  EXPECT_TRUE(Glob("a**b").fits("axyb"));
  EXPECT_FALSE(Glob("a**b").fits("ax/yb"));
}

TEST(Glob, FitsWhatLiesBelow) {
  const Glob doc("usr/share/*/doc");
  EXPECT_TRUE(doc.fits_at_or_above("usr/share/a/doc"));
  EXPECT_TRUE(doc.fits_at_or_above("usr/share/a/doc/b/c"));
  EXPECT_FALSE(doc.fits_at_or_above("usr/share/a"));
  EXPECT_FALSE(doc.fits_at_or_above("usr/share/a/docs/b"));
  EXPECT_TRUE(Glob("usr").fits_at_or_above("usr/bin"));
  EXPECT_FALSE(Glob("usr").fits_at_or_above("usrx/bin"));
}

TEST(Glob, KnowsItsLastName) {
  EXPECT_TRUE(Glob("usr/*/copyright").ends_in_name("copyright"));
  EXPECT_TRUE(Glob("cop\\yright").ends_in_name("copyright"));
  EXPECT_FALSE(Glob("usr/copyright*").ends_in_name("copyright"));
  EXPECT_FALSE(Glob("usr/[c]opyright").ends_in_name("copyright"));
  EXPECT_FALSE(Glob("usr/**").ends_in_name("**"));
  EXPECT_FALSE(Glob("usr/copyright/x").ends_in_name("copyright"));
}

// The C library as oracle.
TEST(Glob, AgreesWithFnmatch) {
  const std::vector<std::string> patterns{"a",     "*",       "a*",     "*a",       "?",          "??",      "a?c",
                                          "[abc]", "[a-c]x",  "[!a]",   "[^a-c]*",  "[]]",        "[!]]",    "[]a]",
                                          "[a-]",  "[-a]",    "[a\\]]", "[\\a-c]",  "\\*",        "\\[a",    "a\\?",
                                          "*/*",   "*/?",     "a/*/c",  "a/b*/*.c", "[a-c]/[!x]", "a*b*c*d", ".*",
                                          "*.*",   "*a*a*a*", "a/",     "{a,b}",    "[a-cx-z]",   "[[]",     "[*?]"};
  const std::vector<std::string> paths{"a",    "b",     "c",     "x",        "ab",      "ax",  "a?",  "abc",
                                       "axc",  "*",     "[a",    "]",        "[",       "-",   "\\",  "a/b",
                                       "b/c",  "a/b/c", "a/x/c", "a/bx/y.c", "axbxcxd", ".a",  "a.b", "aaa",
                                       "aaaa", "{a,b}", "zx",    "?",        "c/x",     "a/y", "^",   "^x"};
  for (const auto& pattern : patterns) {
    const Glob glob(pattern);
    for (const auto& path : paths) {
      EXPECT_EQ(glob.fits(path), ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0)
          << pattern << " and " << path;
    }
  }
}

TEST(Glob, RefusesClassesThatAreNone) {
  EXPECT_EQ(error_text("usr/[ab"), "error: the class '[ab' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[]"), "error: the class '[]' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("["), "error: the class '[' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[!"), "error: the class '[!' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[a-"), "error: the class '[a-' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[a\\"), "error: the class '[a\\' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[a/b]"), "error: the class '[a' is not closed\n  hint: '\\[' is the character itself\n");
  EXPECT_EQ(error_text("[c-a]"), "error: the class '[c-a]' has a range backwards\n");
  EXPECT_EQ(error_text("[[:alpha:]]"),
            "error: the class '[[:alpha:]]' has a name in it\n  hint: write its characters: [a-z0-9]\n");
}

TEST(Glob, TakesLittleTime) {
  EXPECT_FALSE(Glob("a*a*a*a*a*a*a*a*a*a*a*b").fits(std::string(250, 'a')));
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += "/a";
  EXPECT_FALSE(Glob("**/a/**/a/**/a/**/a/**/a/**/b").fits_at_or_above(deep));
}

TEST(ExpandBraces, GivesEachAlternative) {
  EXPECT_THAT(expand_braces("a/b"), ElementsAre("a/b"));
  EXPECT_THAT(expand_braces("{lib,lib64}/x"), ElementsAre("lib/x", "lib64/x"));
  EXPECT_THAT(expand_braces("a{b,c{d,e},}f"), ElementsAre("abf", "acdf", "acef", "af"));
  EXPECT_THAT(expand_braces("{a,b}{c,d}"), ElementsAre("ac", "ad", "bc", "bd"));
  EXPECT_THAT(expand_braces("{a}"), ElementsAre("a"));
  EXPECT_THAT(expand_braces("\\{a,b\\}"), ElementsAre("\\{a,b\\}"));
  EXPECT_THAT(expand_braces("{a\\,b,c}"), ElementsAre("a\\,b", "c"));
}

TEST(ExpandBraces, RefusesWhatIsNoPairOrTooMany) {
  const auto text = [](std::string_view pattern) { return error_of([&] { expand_braces(pattern); }).render(); };
  EXPECT_EQ(text("{a,b"), "error: a '{' is not closed\n  hint: '\\{' is the character itself\n");
  EXPECT_EQ(text("{a,{b}"), "error: a '{' is not closed\n  hint: '\\{' is the character itself\n");
  EXPECT_EQ(text("a}"), "error: a '}' closes nothing\n  hint: '\\}' is the character itself\n");
  EXPECT_EQ(text("{a}}"), "error: a '}' closes nothing\n  hint: '\\}' is the character itself\n");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "{a,b}";
  EXPECT_EQ(text(many), "error: more than 1000 alternatives\n");
  EXPECT_THAT(expand_braces(std::string(2000, '{') + "a" + std::string(2000, '}')), ElementsAre("a"));
  EXPECT_EQ(text(std::string(5000, '{')), "error: more than 4096 bytes\n");
}

}  // namespace
}  // namespace debone::base
