#include "package/update_alternatives.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace debone::package {
namespace {

// As a line of the call that it came from.
std::vector<std::string> calls(std::string_view script) {
  std::vector<std::string> found;
  for (const auto& installed : installed_alternatives(script)) {
    const auto& [link, name, path] = installed.alternative;
    found.push_back(fmt::format("{} {} {} {}", link, name, path, installed.priority));
    for (const auto& slave : installed.slaves)
      found.back() += fmt::format(" | {} {} {}", slave.link, slave.name, slave.path);
  }
  return found;
}

using Calls = std::vector<std::string>;

TEST(UpdateAlternatives, ReadsCallsOverSeveralLines) {
  EXPECT_EQ(calls("if [ \"$1\" = configure ]; then\n"
                  "        update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 \\\n"
                  "            --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/mawk.1.gz \\\n"
                  "            --slave /usr/bin/nawk nawk \\\n"
                  "               /usr/bin/mawk\n"
                  "fi\n"),
            Calls{"/usr/bin/awk awk /usr/bin/mawk 5 | /usr/share/man/man1/awk.1.gz awk.1.gz "
                  "/usr/share/man/man1/mawk.1.gz | /usr/bin/nawk nawk /usr/bin/mawk"});
}

TEST(UpdateAlternatives, RunsThroughLoopsOverWords) {
  EXPECT_EQ(calls("    for binary in php phar phar.phar; do\n"
                  "        update-alternatives \\\n"
                  "\t    --install /usr/bin/${binary} ${binary} /usr/bin/${binary}8.4 84 \\\n"
                  "\t    --slave /usr/share/man/man1/$binary.1.gz $binary.1.gz /m/${binary}8.4.1.gz\n"
                  "    done\n"
                  "update-alternatives --install /usr/bin/${binary} x /usr/bin/x 1\n"),
            (Calls{"/usr/bin/php php /usr/bin/php8.4 84 | /usr/share/man/man1/php.1.gz php.1.gz /m/php8.4.1.gz",
                   "/usr/bin/phar phar /usr/bin/phar8.4 84 | /usr/share/man/man1/phar.1.gz phar.1.gz /m/phar8.4.1.gz",
                   "/usr/bin/phar.phar phar.phar /usr/bin/phar.phar8.4 84 | /usr/share/man/man1/phar.phar.1.gz "
                   "phar.phar.1.gz /m/phar.phar8.4.1.gz"}));
  EXPECT_EQ(
      calls("for a in 1 2\ndo\n for b in x y; do update-alternatives --install /$a$b $a$b /t/$a$b 1; done\ndone\n"),
      (Calls{"/1x 1x /t/1x 1", "/1y 1y /t/1y 1", "/2x 2x /t/2x 1", "/2y 2y /t/2y 1"}));
}

TEST(UpdateAlternatives, LeavesOutWhatNeedsAShell) {
  EXPECT_TRUE(calls("update-alternatives --install \"$BINPATH\"/\"$BINNAME\" \"$BINNAME\" /usr/bin/x 50\n"
                    "update-alternatives --install /usr/bin/x x `which y` 50\n"
                    "for f in $(ls /usr/lib/jvm); do\n"
                    "  update-alternatives --install /usr/bin/$f $f /usr/lib/jvm/$f 50\n"
                    "done\n"
                    "# update-alternatives --install /usr/bin/x x /usr/bin/y 50\n"
                    "update-alternatives --install /usr/bin/x x /usr/bin/y many\n"
                    "update-alternatives --install /usr/bin/x x\n"
                    "update-alternatives --remove rename /usr/bin/prename\n")
                  .empty());
}

TEST(UpdateAlternatives, EndsTheCallWhereTheCommandEnds) {
  EXPECT_EQ(
      calls("/usr/sbin/update-alternatives --quiet --install '/usr/bin/x' x \"/usr/bin/y\" -5 >/dev/null 2>&1 || true\n"
            "update-alternatives --install /a a /b 1; update-alternatives --auto a\n"),
      (Calls{"/usr/bin/x x /usr/bin/y -5", "/a a /b 1"}));
}

TEST(UpdateAlternatives, ManyLoopsEnd) {
  std::string script;
  for (int i = 0; i < 20; ++i) script += fmt::format("for v{} in a b c d e f g h i j; do\n", i);
  script += "update-alternatives --install /a a /b 1\n";
  EXPECT_EQ(calls(script).size(), 100U);
}

struct Package {
  std::string name;
  std::string call;
};

}  // namespace
}  // namespace debone::package
