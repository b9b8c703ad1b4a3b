#include "package/named_strings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace debone::package {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NamedStrings, FindsPathsInText) {
  const auto named = named_strings(
      "exec = \"/usr/bin/gpg\"\nfile=/etc/app.conf: 'x/usr/bin/no' (/var/lib/app/)\n"
      "see /usr/share/doc/app. http://example.org/usr/bin/no /home/x /usr",
      false);
  EXPECT_THAT(named.paths, ElementsAre("/etc/app.conf", "/usr/bin/gpg", "/usr/share/doc/app", "/var/lib/app"));
  EXPECT_THAT(named.sonames, IsEmpty());
  EXPECT_THAT(named.words, IsEmpty());
}

TEST(NamedStrings, FindsWholeStringsInAnElfFile) {
  using namespace std::string_literals;
  const auto named = named_strings(
      "\177ELF\0libfoo.so.1\0not libbar.so.2\0dir/libbaz.so\0gpg-agent\0Gpg-Agent\0\0/usr/lib/app\0with /bin/sh in it\0tail"s,
      true);
  EXPECT_THAT(named.sonames, ElementsAre("libfoo.so.1"));
  EXPECT_THAT(named.words, ElementsAre("gpg-agent", "libfoo.so.1"));
  EXPECT_THAT(named.paths, ElementsAre("/bin/sh", "/usr/lib/app"));
}

TEST(NamedStrings, EachOnceAndSorted) {
  EXPECT_THAT(named_strings("/usr/b /usr/a /usr/b", false).paths, ElementsAre("/usr/a", "/usr/b"));
}

TEST(NamedStrings, ManyAreBounded) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += fmt::format("/usr/share/{} ", i);
  EXPECT_EQ(named_strings(text, false).paths.size(), 20'000U);
  const auto long_path = "/usr/" + std::string(1000, 'x');
  EXPECT_THAT(named_strings(long_path, false).paths, IsEmpty());
}

}  // namespace
}  // namespace debone::package
