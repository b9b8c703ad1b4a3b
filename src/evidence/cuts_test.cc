#include "evidence/cuts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "base/test_tar.h"
#include "base/text.h"
#include "evidence/test_packages.h"
#include "recipe/cuts.h"
#include "recipe/load.h"

namespace debone::evidence {
namespace {

using package::File;
using testing::directory;
using testing::hard_link;
using testing::link;
using testing::script;
using testing::text;

Cuts cuts_of(std::string_view items, std::string_view more = "") {
  return Cuts(recipe::parse(
      fmt::format("name: x\ncontents: {{sources: [{{debian: trixie}}], packages: [libc6]}}\ncuts: [{}]\n{}", items,
                  more),
      "x.yaml", "/home/user", nullptr));
}

// "no-man" for what it cuts, "!no-man" for what it restores, "" where no rule fits.
std::string decided(const Cuts& cuts, const File& file) {
  const auto* rule = cuts.decide(file, file);
  return rule == nullptr ? "" : (rule->restores ? "!" : "") + rule->name;
}
std::string decided(const Cuts& cuts, std::string path) { return decided(cuts, text(std::move(path))); }

TEST(Cuts, ByDefaultWhatNobodyReadsAtRunTimeLeaves) {
  const auto cuts = cuts_of("");
  for (const auto& [path, rule] : std::initializer_list<std::pair<std::string, std::string>>{
           {"usr/share/doc/x/README.gz", "no-docs"},
           {"usr/share/doc/x/examples/a/b", "no-docs"},
           {"usr/share/doc-base/x", "no-docs"},
           {"usr/share/gtk-doc/html/x/index.html", "no-docs"},
           {"usr/share/man/man1/x.1.gz", "no-man"},
           {"usr/share/man/de/man1/x.1.gz", "no-locales"},
           {"usr/share/man/man8/mandb.8.gz", "no-man"},
           {"usr/share/postgresql/17/man/man7/SELECT.7.gz", "no-man"},
           {"usr/share/info/x.info.gz", "no-info"},
           {"usr/share/locale/de/LC_MESSAGES/x.mo", "no-locales"},
           {"usr/share/locale/sr@latin/LC_MESSAGES/x.mo", "no-locales"},
           {"usr/share/locale/enm/LC_MESSAGES/x.mo", "no-locales"},
           {"usr/share/help/de/x/index.page", "no-locales"},
           {"usr/share/help/C/x/index.page", "no-docs"},
           {"usr/share/lintian/overrides/x", "no-lintian"},
           {"usr/share/bug/x/script", "no-lintian"},
           {"usr/share/locale/en/LC_MESSAGES/x.mo", ""},
           {"usr/share/locale/en_GB/LC_MESSAGES/x.mo", ""},
           {"usr/share/locale/en@quot/LC_MESSAGES/x.mo", ""},
           {"usr/share/locale/C/LC_MESSAGES/x.mo", ""},
           {"usr/share/locale/locale.alias", ""},
           {"usr/lib/locale/C.utf8/LC_CTYPE", ""},
           {"usr/share/X11/locale/C/Compose", ""},
           {"usr/share/i18n/charmaps/UTF-8.gz", ""},
           {"usr/share/docs/x", ""},
           {"usr/bin/man", ""},
           {"etc/init.d/x", ""},
           {"usr/share/common-licenses/GPL-3", ""}}) {
    EXPECT_EQ(decided(cuts, path), rule) << path;
  }
}

TEST(Cuts, CopyrightStaysUnlessAGlobNamesIt) {
  const auto paths = {"usr/share/doc/x/copyright", "usr/share/doc/x/NOTICE", "usr/share/doc/x/NOTICE.gz",
                      "usr/share/doc/x/part/copyright", "usr/share/doc/x/copyright/part"};
  for (const auto* items : {"", "no-docs", "/usr/share/doc/**", "/usr/share/doc/x", "'/**'", "/usr/share/doc/x/*",
                            "'/usr/share/doc/x/copyright*'", "'/usr/share/doc/x/{c,N}*'"}) {
    for (const auto* path : paths) EXPECT_EQ(decided(cuts_of(items), path), "") << items << " and " << path;
    EXPECT_EQ(decided(cuts_of(items), link("usr/share/doc/php8.4-cli", "common")), "") << items;
  }
  const auto cuts =
      cuts_of("/usr/share/doc/*/copyright, '/**/NOTICE', /usr/share/doc/php8.4-cli, '!/usr/share/doc/y/copyright'");
  EXPECT_EQ(decided(cuts, "usr/share/doc/x/copyright"), "/usr/share/doc/*/copyright");
  EXPECT_EQ(decided(cuts, "usr/share/doc/x/NOTICE"), "/**/NOTICE");
  EXPECT_EQ(decided(cuts, "usr/share/doc/x/NOTICE.gz"), "");
  EXPECT_EQ(decided(cuts, link("usr/share/doc/php8.4-cli", "common")), "/usr/share/doc/php8.4-cli");
  EXPECT_EQ(decided(cuts, link("usr/share/doc/php8.4-fpm", "common")), "");
  EXPECT_EQ(decided(cuts, "usr/share/doc/y/copyright"), "!/usr/share/doc/y/copyright");
  // Elsewhere the name means nothing.
  EXPECT_EQ(decided(cuts_of("/usr/lib/**"), "usr/lib/x/copyright"), "/usr/lib/**");
}

TEST(Cuts, OfTheRulesThatFitTheLastDecides) {
  const auto cuts = cuts_of("/opt/**, '!/opt/a', /opt/a/b, '!no-man', no-dev, '!/usr/include/x.h'");
  EXPECT_EQ(decided(cuts, "opt/c"), "/opt/**");
  EXPECT_EQ(decided(cuts, "opt"), "");
  EXPECT_EQ(decided(cuts, "opt/a"), "!/opt/a");
  EXPECT_EQ(decided(cuts, "opt/a/c"), "!/opt/a");
  EXPECT_EQ(decided(cuts, "opt/a/b/c"), "/opt/a/b");
  EXPECT_EQ(decided(cuts, "usr/share/man/man1/x.1.gz"), "!no-man");
  EXPECT_EQ(decided(cuts, "usr/share/man/de/man1/x.1.gz"), "!no-man");
  EXPECT_EQ(decided(cuts, "usr/share/info/x.gz"), "no-info");
  EXPECT_EQ(decided(cuts, "usr/include/y.h"), "no-dev");
  EXPECT_EQ(decided(cuts, "usr/include/x.h"), "!/usr/include/x.h");
  // Manual pages, but no translated ones.
  EXPECT_EQ(decided(cuts_of("'!no-man', no-locales"), "usr/share/man/de/man1/x.1.gz"), "no-locales");
}

TEST(Cuts, DefaultStandsForAllThatAreOn) {
  const auto cuts = cuts_of("'!default', no-info");
  EXPECT_EQ(decided(cuts, "usr/share/doc/x/README"), "!no-docs");
  EXPECT_EQ(decided(cuts, "usr/share/man/man1/x.1.gz"), "!no-man");
  EXPECT_EQ(decided(cuts, "usr/share/info/x.gz"), "no-info");
  EXPECT_EQ(decided(cuts_of("'!no-man', default"), "usr/share/man/man1/x.1.gz"), "no-man");
}

TEST(Cuts, APathHasBothItsNamesInMergedUsr) {
  for (const auto* path : {"lib/udev/x", "usr/lib/udev/x"}) {
    for (const auto* glob : {"/lib/udev/*", "/usr/lib/udev/*", "'/lib/**'", "'/{lib,bin}/udev'"}) {
      EXPECT_NE(decided(cuts_of(glob), path), "") << glob << " and " << path;
    }
  }
  EXPECT_EQ(decided(cuts_of("/share/x"), "usr/share/x"), "");
  EXPECT_NE(decided(cuts_of("'/**/udev'"), "lib/udev/x"), "");
}

TEST(Cuts, TheRootAndTheLinksOfMergedUsrStay) {
  const auto cuts = cuts_of("'/**'");
  EXPECT_EQ(decided(cuts, directory("")), "");
  EXPECT_EQ(decided(cuts, link("bin", "common")), "");
  EXPECT_EQ(decided(cuts, directory("lib64")), "");
  EXPECT_EQ(decided(cuts, "bin/x"), "/**");
  EXPECT_EQ(decided(cuts, directory("opt")), "/**");
}

TEST(Cuts, ShellScriptsAreKnownByTheirInterpreter) {
  const auto cuts = cuts_of("no-shell-scripts");
  EXPECT_EQ(decided(cuts, script("usr/bin/ldd", "/bin/bash")), "no-shell-scripts");
  EXPECT_EQ(decided(cuts, script("usr/share/x/data", "dash")), "no-shell-scripts");
  EXPECT_EQ(decided(cuts, script("usr/bin/x", "/bin/busybox")), "no-shell-scripts");
  EXPECT_EQ(decided(cuts, script("usr/bin/x", "/usr/bin/perl")), "");
  EXPECT_EQ(decided(cuts, script("usr/bin/x", "/usr/bin/shellfish")), "");
  EXPECT_EQ(decided(cuts, "usr/bin/x"), "");
  // A hard link has the interpreter of what it is a name of.
  const auto name = hard_link("usr/bin/y", "usr/bin/ldd");
  const auto content = script("usr/bin/ldd", "/bin/bash");
  ASSERT_NE(cuts.decide(name, content), nullptr);
  EXPECT_EQ(cuts.decide(name, name), nullptr);
}

TEST(Cuts, GconvKeepsItsCoreSet) {
  const auto cuts = cuts_of("no-gconv-extra");
  const std::string gconv = "usr/lib/x86_64-linux-gnu/gconv/";
  for (const auto* extra : {"IBM037.so", "libCNS.so", "ISO8859-2.so", "UTF-9.so", "gconv-modules.cache",
                            "gconv-modules.d/gconv-modules-extra.conf"}) {
    EXPECT_EQ(decided(cuts, gconv + extra), "no-gconv-extra") << extra;
  }
  for (const auto* core :
       {"ANSI_X3.110.so", "CP1252.so", "ISO8859-1.so", "ISO8859-15.so", "UNICODE.so", "UTF-7.so", "UTF-16.so",
        "UTF-32.so", "gconv-modules", "UTF8_UTF16_Z9.so", "gconv-modules.d/gconv-modules-s390.conf"}) {
    EXPECT_EQ(decided(cuts, gconv + core), "") << core;
  }
  EXPECT_EQ(decided(cuts, "usr/lib32/gconv/IBM037.so"), "no-gconv-extra");
}

TEST(Cuts, WhatTheOtherSetsHold) {
  const auto cuts = cuts_of("no-static-libs, no-dev, no-admin, no-desktop");
  for (const auto& [path, rule] : std::initializer_list<std::pair<std::string, std::string>>{
           {"usr/lib/x86_64-linux-gnu/libz.a", "no-static-libs"},
           {"usr/lib/x.a", "no-static-libs"},
           {"lib/x86_64-linux-gnu/libz.a", "no-static-libs"},
           {"usr/aarch64-linux-gnu/lib/libc.a", "no-static-libs"},
           {"usr/lib/x86_64-linux-gnu/ImageMagick-7.1.1/modules-Q16/coders/png.la", ""},
           {"usr/share/x/y.a", ""},
           {"usr/include/php/20240924/main/php.h", "no-dev"},
           {"usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc", "no-dev"},
           {"usr/lib/x86_64-linux-gnu/cmake/x/x.cmake", "no-dev"},
           {"usr/lib/x86_64-linux-gnu/perl/5.40.1/CORE/perl.h", "no-dev"},
           {"usr/share/cmake-3.31/Modules/x.cmake", ""},
           {"usr/lib/python3.13/x.h", ""},
           {"usr/lib/systemd/system/x.service", "no-admin"},
           {"lib/systemd/system/x.service", "no-admin"},
           {"usr/lib/systemd/systemd", ""},
           {"usr/lib/tmpfiles.d/x.conf", ""},
           {"usr/lib/sysusers.d/x.conf", ""},
           {"etc/init.d/x", "no-admin"},
           {"etc/cron.daily/x", "no-admin"},
           {"etc/crontab", "no-admin"},
           {"etc/logrotate.d/x", "no-admin"},
           {"usr/share/bash-completion/completions/x", "no-admin"},
           {"etc/default/x", ""},
           {"etc/pam.d/x", ""},
           {"usr/share/icons/hicolor/index.theme", "no-desktop"},
           {"usr/share/applications/x.desktop", "no-desktop"}}) {
    EXPECT_EQ(decided(cuts, path), rule) << path;
  }
}

TEST(Cuts, ARuleSaysWhereItComesFrom) {
  const auto cuts = cuts_of("/opt/**");
  const auto page = text("usr/share/man/man1/x.1.gz");
  const auto other = text("opt/x");
  EXPECT_EQ(cuts.decide(page, page)->str(), "no-man, on by default");
  EXPECT_EQ(cuts.decide(page, page)->summary, "Manual pages");
  EXPECT_EQ(cuts.decide(other, other)->str(), "/opt/** of x.yaml:3:8");
}

TEST(Cuts, KnowsWhatTheRecipePutsInItsPlace) {
  const auto cuts = cuts_of("", "paths: [{path: /srv/a/b, type: directory}, {path: /x, type: permissions, uid: 1}]");
  for (const auto* path : {"srv", "srv/a/b", "srv/a/b/c"}) EXPECT_TRUE(cuts.is_placed(*base::RelPath::parse(path)));
  for (const auto* path : {"srv/a/c", "x", "srv/a/bc"}) EXPECT_FALSE(cuts.is_placed(*base::RelPath::parse(path)));
}

TEST(Cuts, RefusesAnItemThatIsNothing) {
  recipe::Recipe recipe;
  recipe.cuts = {{"no-such", false, {"x.yaml", 3, 8}}};
  EXPECT_EQ(base::error_of([&] { Cuts cuts(recipe); }).render(),
            "error: x.yaml:3:8: no set of cuts is called 'no-such'\n");
}

TEST(CutSets, StandInTheDocumentationWithTheirSentences) {
  const auto page = base::read_file(std::string(DEBONE_SOURCE_DIR) + "/docs/recipe.md", recipe::largest_text);
  std::string table;
  for (const auto& set : cut_sets()) {
    table += fmt::format("| `{}` | {} | {} |\n", set.name, set.by_default ? "yes" : "", set.summary);
  }
  EXPECT_NE(page.find(table), std::string::npos) << table;
}

}  // namespace
}  // namespace debone::evidence
