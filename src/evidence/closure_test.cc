#include "evidence/closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "base/error.h"
#include "base/test_tar.h"
#include "evidence/test_packages.h"

namespace debone::evidence {
namespace {

using base::error_of;
using testing::directory;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::library;
using testing::link;
using testing::Package;
using testing::Packages;
using testing::program;
using testing::script;
using testing::text;
using testing::with;

TEST(Closure, KeepsWhatAProgramNeedsAndLeavesOutWhatScriptsNeed) {
  auto packages =
      with({{.name = "app", .depends = "libfoo1, ucf", .files = {program("usr/bin/app", {"libfoo.so.1", "libc.so.6"})}},
            {.name = "libfoo1",
             .files = {library("usr/lib/x86_64-linux-gnu/libfoo.so.1.2", "libfoo.so.1"),
                       link("usr/lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1.2")}},
            {.name = "ucf", .files = {script("usr/bin/ucf", "/bin/sh"), text("usr/share/ucf/ucf.lib")}}});
  EXPECT_THAT(packages.kept("app"), ElementsAre("app: the recipe names it", "base-files: every image has it",
                                                "libc6: /usr/bin/app of app needs libc.so.6",
                                                "libfoo1: /usr/bin/app of app needs libfoo.so.1"));
  EXPECT_EQ(packages.why_not("ucf"),
            "no kept file executes its programs (/usr/bin/ucf); no kept package that depends on it names its data "
            "(/usr/share/ucf/ucf.lib)");
}

TEST(Closure, ALoaderIsNeededByItsPath) {
  auto packages = with({{.name = "app", .files = {program("usr/bin/app", {})}}});
  EXPECT_THAT(packages.kept("app"), ElementsAre("app: the recipe names it", "base-files: every image has it",
                                                "libc6: /usr/bin/app of app needs /lib64/ld-linux-x86-64.so.2"));
}

TEST(Closure, ALibraryOfAnotherMachineIsNoAnswer) {
  for (const auto& change :
       {+[](package::Elf& elf) { elf.is_64 = false; }, +[](package::Elf& elf) { elf.machine = 22; },
        +[](package::Elf& elf) { elf.big_endian = true; }}) {
    auto foreign = library("usr/lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1");
    change(*foreign.elf);
    auto packages = with(
        {{.name = "app", .files = {program("usr/bin/app", {"libfoo.so.1"})}}, {.name = "libfoo1", .files = {foreign}}});
    EXPECT_FALSE(packages.is_kept("app", "libfoo1"));
    EXPECT_THAT(packages.unresolved("app"), ElementsAre("usr/bin/app: libfoo.so.1"));
  }
}

TEST(Closure, TwoProvidersOfOneSoname) {
  const auto both = [](std::string depends) {
    return with({{.name = "app", .depends = std::move(depends), .files = {program("usr/bin/app", {"libfoo.so.1"})}},
                 {.name = "liba", .files = {library("usr/lib/x86_64-linux-gnu/liba/libfoo.so.1", "libfoo.so.1")}},
                 {.name = "libb", .files = {library("usr/lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1")}},
                 {.name = "libc", .files = {library("usr/lib/libfoo.so.1", "libfoo.so.1")}}});
  };
  // The loader's directories before private ones; a dependency before another.
  EXPECT_TRUE(both("").is_kept("app", "libb"));
  EXPECT_FALSE(both("").is_kept("app", "liba"));
  EXPECT_TRUE(both("libc").is_kept("app", "libc"));
  EXPECT_FALSE(both("libc").is_kept("app", "libb"));
}

TEST(Closure, ALibraryInAPrivateDirectoryIsFoundByName) {
  auto plugin = library("usr/lib/jvm/lib/libawt.so", "libawt.so");
  plugin.elf->needed = {"libjvm.so"};
  auto packages = with({{.name = "jre", .depends = "jvm", .files = {plugin}},
                        {.name = "jvm", .files = {library("usr/lib/jvm/lib/server/libjvm.so", "libjvm.so")}}});
  EXPECT_TRUE(packages.is_kept("jre", "jvm"));
  EXPECT_THAT(packages.unresolved("jre"), IsEmpty());
}

TEST(Closure, RunPathComesFirst) {
  auto app = program("usr/bin/app", {"libfoo.so.1"});
  app.elf->runpath = {"$ORIGIN/../lib/app"};
  auto packages = with({{.name = "app", .files = {app}},
                        {.name = "other", .files = {library("usr/lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1")}},
                        {.name = "own", .files = {library("usr/lib/app/libfoo.so.1", "libfoo.so.1")}}});
  EXPECT_TRUE(packages.is_kept("app", "own"));
  EXPECT_FALSE(packages.is_kept("app", "other"));
}

TEST(Closure, AnAlternativeProvidesALibrary) {
  auto packages =
      with({{.name = "app", .files = {program("usr/bin/app", {"libblas.so.3"})}},
            {.name = "libblas3",
             .files = {library("usr/lib/x86_64-linux-gnu/blas/libblas.so.3.12", "libblas.so.3"),
                       link("usr/lib/x86_64-linux-gnu/blas/libblas.so.3", "libblas.so.3.12")},
             .postinst = "update-alternatives --install /usr/lib/x86_64-linux-gnu/libblas.so.3 libblas.so.3 "
                         "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3 10\n"}});
  EXPECT_TRUE(packages.is_kept("app", "libblas3"));
}

TEST(Closure, WhatIsLoadedAtRunTimeMustBeADependency) {
  auto app = program("usr/bin/app", {});
  app.sonames = {"libdep.so.1", "libother.so.1"};
  app.elf->dlopen = {"libnote.so.1"};
  auto packages = with({{.name = "app", .depends = "libdep1, libnote1", .files = {app}},
                        {.name = "libdep1", .files = {library("usr/lib/libdep.so.1", "libdep.so.1")}},
                        {.name = "libnote1", .files = {library("usr/lib/libnote.so.1", "libnote.so.1")}},
                        {.name = "libother1", .files = {library("usr/lib/libother.so.1", "libother.so.1")}}});
  EXPECT_EQ(packages.reason("app", "libdep1"), "/usr/bin/app of app may load libdep.so.1");
  EXPECT_EQ(packages.reason("app", "libnote1"), "/usr/bin/app of app may load libnote.so.1");
  EXPECT_FALSE(packages.is_kept("app", "libother1"));
}

TEST(Closure, ACopyrightThatLiesInAnotherPackageBringsIt) {
  auto packages = with(
      {{.name = "libgcc-s1", .files = {text("usr/lib/libgcc_s.so.1"), link("usr/share/doc/libgcc-s1", "gcc-14-base")}},
       {.name = "gcc-14-base", .files = {text("usr/share/doc/gcc-14-base/copyright")}},
       {.name = "one", .files = {text("usr/bin/one"), link("usr/share/doc/one/copyright", "../two/copyright")}},
       {.name = "two", .files = {text("usr/share/doc/two/copyright")}},
       {.name = "three", .files = {text("usr/bin/three"), link("usr/share/doc/three/NEWS.gz", "../two/NEWS.gz")}}});
  EXPECT_EQ(packages.reason("libgcc-s1", "gcc-14-base"),
            "/usr/share/doc/libgcc-s1 of libgcc-s1 is a link to /usr/share/doc/gcc-14-base/copyright");
  EXPECT_EQ(packages.reason("one", "two"),
            "/usr/share/doc/one/copyright of one is a link to /usr/share/doc/two/copyright");
  EXPECT_FALSE(packages.is_kept("three", "two"));
  packages.cut_files = {"usr/share/doc/libgcc-s1"};
  EXPECT_FALSE(packages.is_kept("libgcc-s1", "gcc-14-base"));
}

TEST(Closure, TheModulesOfALibraryThatEmbedsAnInterpreter) {
  auto packages =
      with({{.name = "app", .files = {program("usr/bin/app", {"libpython3.13.so.1.0"})}},
            {.name = "libpython3.13",
             .source = "python3.13",
             .depends = "libpython3.13-stdlib",
             .files = {library("usr/lib/x86_64-linux-gnu/libpython3.13.so.1.0", "libpython3.13.so.1.0")}},
            {.name = "libpython3.13-stdlib", .source = "python3.13", .files = {text("usr/lib/python3.13/os.py")}}});
  EXPECT_EQ(packages.reason("app", "libpython3.13-stdlib"),
            "libpython3.13 is of one source with it, and uses its /usr/lib/python3.13/os.py");
}

TEST(Closure, TextThatTellsOfAProgramDoesNotExecuteIt) {
  auto help = text("usr/share/app/policy.adml");
  help.paths_named = {"/usr/bin/passwd"};
  auto packages = with({{.name = "app", .depends = "passwd", .files = {program("usr/bin/app", {}), help}},
                        {.name = "passwd", .files = {program("usr/bin/passwd", {})}}});
  EXPECT_FALSE(packages.is_kept("app", "passwd"));
}

TEST(Closure, ALibraryUsesTheDirectoryOfItsOwnProgram) {
  auto crypto = library("usr/lib/x86_64-linux-gnu/libcrypto.so.3", "libcrypto.so.3");
  crypto.paths_named = {"/usr/lib/ssl"};
  auto daemon = library("usr/lib/x86_64-linux-gnu/libsystemd.so.0", "libsystemd.so.0");
  daemon.paths_named = {"/usr/lib/binfmt.d"};
  auto packages =
      with({{.name = "app",
             .depends = "certificates",
             .files = {program("usr/bin/app", {"libcrypto.so.3", "libsystemd.so.0"})}},
            {.name = "certificates", .depends = "openssl, systemd", .files = {text("usr/share/certificates/x")}},
            {.name = "libssl3", .files = {crypto}},
            {.name = "libsystemd0", .files = {daemon}},
            {.name = "openssl",
             .depends = "libssl3",
             .files = {program("usr/bin/openssl", {}), link("usr/lib/ssl/certs", "/etc/ssl/certs")}},
            {.name = "systemd",
             .depends = "libsystemd0",
             .files = {program("usr/bin/systemctl", {}), text("usr/lib/binfmt.d/x")}}});
  EXPECT_TRUE(packages.is_kept("app", "openssl"));
  EXPECT_FALSE(packages.is_kept("app", "systemd"));
}

TEST(Closure, AScriptThatIsThePackagesProgramBringsItsInterpreter) {
  const std::vector<Package> perl{
      {.name = "perl", .source = "perl", .depends = "perl-base", .files = {text("usr/share/perl/5.40/Config.pm")}},
      {.name = "perl-base", .source = "perl", .essential = true, .files = {program("usr/bin/perl", {})}}};
  auto packages =
      with({{.name = "tool", .depends = "perl", .files = {script("usr/bin/tool", "/usr/bin/perl")}}, perl[0], perl[1]});
  EXPECT_EQ(packages.reason("tool", "perl"), "/usr/bin/tool of tool is run by /usr/bin/perl");
  EXPECT_EQ(packages.reason("tool", "perl-base"), "/usr/bin/tool of tool is run by /usr/bin/perl");
  // Whose the link to it is, too.
  packages =
      with({{.name = "tool", .depends = "perl5-link, perl-base", .files = {script("usr/bin/tool", "/usr/bin/perl5")}},
            {.name = "perl5-link", .files = {link("usr/bin/perl5", "perl")}},
            perl[1]});
  EXPECT_EQ(packages.reason("tool", "perl5-link"), "/usr/bin/tool of tool is run by /usr/bin/perl5");
  // Where the program is an ELF file, scripts beside it are no evidence, and go.
  packages = with({{.name = "openssl",
                    .files = {program("usr/bin/openssl", {}), script("usr/bin/c_rehash", "/usr/bin/perl"),
                              script("usr/lib/ssl/misc/CA.pl", "/usr/bin/perl"), link("usr/bin/rehash", "c_rehash")}},
                   perl[1]});
  EXPECT_FALSE(packages.is_kept("openssl", "perl-base"));
  EXPECT_THAT(packages.cut("openssl"), ElementsAre("usr/bin/c_rehash: /usr/bin/perl is not in the image",
                                                   "usr/bin/rehash: /usr/bin/c_rehash is cut"));
}

TEST(Closure, AScriptThatTheRecipeStartsBringsItsInterpreter) {
  auto packages = with({{.name = "app",
                         .depends = "python3",
                         .files = {program("usr/bin/app", {}), script("usr/bin/app-import", "python3")}},
                        {.name = "python3", .files = {program("usr/bin/python3", {})}}});
  EXPECT_FALSE(packages.is_kept("app", "python3"));
  packages.recipe.entrypoint = {"app-import"};
  EXPECT_EQ(packages.reason("app", "python3"), "/usr/bin/app-import of app is run by python3");
}

TEST(Closure, WhatTheRecipeStartsIsKept) {
  auto packages = with({{.name = "app", .depends = "tool", .files = {text("usr/share/app/x")}},
                        {.name = "tool", .files = {program("usr/bin/tool", {})}}});
  EXPECT_FALSE(packages.is_kept("app", "tool"));
  packages.recipe.cmd = {"tool"};
  EXPECT_EQ(packages.reason("app", "tool"), "tool the recipe starts tool");
  packages.recipe.entrypoint = {"/bin/tool", "-v"};
  EXPECT_EQ(packages.reason("app", "tool"), "tool the recipe starts /bin/tool");
}

TEST(Closure, WhatTheRecipeNamesIsKeptWithoutEvidence) {
  auto packages = with({{.name = "cronjob", .files = {text("etc/cron.d/cronjob")}}});
  EXPECT_EQ(packages.reason("cronjob", "cronjob"), "cronjob the recipe names it");
}

TEST(Closure, NoScriptBringsAShell) {
  auto packages =
      with({{.name = "certificates", .depends = "dash", .files = {script("usr/sbin/update", "/bin/sh")}},
            {.name = "dash", .essential = true, .files = {program("usr/bin/dash", {}), link("usr/bin/sh", "dash")}}});
  EXPECT_FALSE(packages.is_kept("certificates", "dash"));
  EXPECT_THAT(packages.cut("certificates"), ElementsAre("usr/sbin/update: /bin/sh is not in the image"));
}

TEST(Closure, PartsOfOneSource) {
  auto packages = with(
      {{.name = "server", .source = "db", .depends = "server-core, client", .files = {text("etc/db/server.cnf")}},
       {.name = "server-core", .source = "db", .files = {program("usr/sbin/dbd", {}), text("usr/share/db/errmsg.sys")}},
       {.name = "client", .source = "db", .files = {program("usr/bin/db", {})}}});
  EXPECT_EQ(packages.reason("server", "server-core"),
            "server is of one source with it, and uses its /usr/share/db/errmsg.sys");
  // It has no program of its own, so that the client's is what it is for.
  EXPECT_TRUE(packages.is_kept("server", "client"));
  packages =
      with({{.name = "server", .source = "db", .depends = "client", .files = {program("usr/sbin/dbd", {})}},
            {.name = "client", .source = "db", .files = {program("usr/bin/db", {}), text("etc/db/client.cnf")}}});
  EXPECT_FALSE(packages.is_kept("server", "client"));
}

TEST(Closure, APackageWithoutFilesStandsForItsDependencies) {
  auto packages = with({{.name = "php", .depends = "php8", .files = {text("usr/share/doc/php/copyright")}},
                        {.name = "php8", .depends = "php8-fpm | php8-cgi", .files = {}},
                        {.name = "php8-fpm", .files = {program("usr/sbin/php8-fpm", {})}}});
  EXPECT_EQ(packages.reason("php", "php8-fpm"), "php has no files of its own and stands for it");
  packages = with({{.name = "php", .depends = "php8, debconf", .postinst = ". /usr/share/debconf/confmodule\n"},
                   {.name = "debconf", .files = {program("usr/bin/debconf", {})}},
                   {.name = "php8", .files = {program("usr/bin/php8", {})}}});
  EXPECT_TRUE(packages.is_kept("php", "php8"));
  EXPECT_FALSE(packages.is_kept("php", "debconf"));
}

TEST(Closure, DataOfADependency) {
  auto app = program("usr/bin/app", {});
  app.paths_named = {"/usr/share/common/words", "/etc/init.d/common"};
  auto packages =
      with({{.name = "app", .depends = "data, common, admin", .files = {app}},
            {.name = "admin", .files = {script("usr/sbin/adduser", "/usr/bin/perl"), text("etc/adduser.conf")}},
            {.name = "common",
             .files = {script("usr/bin/common", "/bin/sh"), program("usr/sbin/commond", {"libfoo.so.1"}),
                       text("usr/share/common/words"), text("etc/init.d/common")}},
            {.name = "data", .files = {text("usr/share/data/x")}},
            {.name = "libfoo1", .files = {library("usr/lib/libfoo.so.1", "libfoo.so.1")}},
            {.name = "unrelated", .files = {text("usr/share/unrelated/x")}}});
  EXPECT_EQ(packages.reason("app", "data"), "app uses its data: /usr/share/data/x");
  EXPECT_EQ(packages.reason("app", "common"), "/usr/bin/app of app uses its data: /usr/share/common/words");
  EXPECT_FALSE(packages.is_kept("app", "admin"));
  EXPECT_FALSE(packages.is_kept("app", "unrelated"));
  // Its programs are cut, and need nothing.
  EXPECT_FALSE(packages.is_kept("app", "libfoo1"));
  EXPECT_THAT(packages.cut("app"), ElementsAre("usr/bin/common: common is there for its data alone",
                                               "usr/sbin/commond: common is there for its data alone"));
}

TEST(Closure, ADirectoryOfThePackageAloneIsData) {
  auto app = program("usr/bin/app", {});
  app.paths_named = {"/var/lib/php/sessions", "/usr/share"};
  auto packages = with({{.name = "app", .depends = "common", .files = {app, testing::directory("usr/share")}},
                        {.name = "common",
                         .files = {script("usr/sbin/enmod", "/bin/sh"), testing::directory("usr/share"),
                                   text("usr/share/x"), testing::directory("var/lib/php/sessions")}}});
  EXPECT_EQ(packages.reason("app", "common"), "/usr/bin/app of app uses its data: /var/lib/php/sessions");
}

TEST(Closure, ADirectoryThatOthersCouldHaveIsNoEvidence) {
  auto stranger = text("usr/share/stranger/profile");
  stranger.paths_named = {"/etc/ssh"};
  auto packages = with({{.name = "app", .depends = "daemon, stranger", .files = {program("usr/bin/app", {})}},
                        {.name = "daemon", .files = {program("usr/bin/daemon", {}), text("etc/ssh/daemon.conf")}},
                        {.name = "stranger", .files = {stranger}}});
  EXPECT_FALSE(packages.is_kept("app", "daemon"));
}

TEST(Closure, ModulesFollowTheirInterpreter) {
  const Package module{.name = "libfoo-perl",
                       .files = {text("usr/share/perl5/Foo.pm"), script("usr/bin/foo", "/usr/bin/perl")}};
  const Package perl{.name = "perl-base", .files = {program("usr/bin/perl5.40", {}), link("usr/bin/perl", "perl5.40")}};
  auto packages =
      with({{.name = "app", .depends = "libfoo-perl", .files = {program("usr/bin/app", {})}}, module, perl});
  EXPECT_FALSE(packages.is_kept("app", "libfoo-perl"));
  packages =
      with({{.name = "app", .depends = "libfoo-perl, perl-base", .files = {script("usr/bin/app", "/usr/bin/perl")}},
            module,
            perl});
  EXPECT_EQ(packages.reason("app", "libfoo-perl"), "app uses its modules: /usr/share/perl5/Foo.pm");
  EXPECT_THAT(packages.cut("app"), IsEmpty());
}

TEST(Closure, ModulesOfMaintainerScriptsAreNone) {
  auto packages =
      with({{.name = "app", .depends = "adduser, perl-base", .files = {script("usr/bin/app", "/usr/bin/perl")}},
            {.name = "adduser",
             .files = {script("usr/sbin/adduser", "/usr/bin/perl"), text("usr/share/perl5/Debian/AdduserCommon.pm")}},
            {.name = "perl-base", .files = {program("usr/bin/perl", {})}}});
  EXPECT_FALSE(packages.is_kept("app", "adduser"));
}

TEST(Closure, AProgramExecutesAnother) {
  auto app = program("usr/bin/app", {});
  app.paths_named = {"/usr/bin/helper", "/usr/bin/stranger", "/bin/sh"};
  app.words_named = {"agent-program"};
  auto packages = with({{.name = "app", .depends = "helper, agent, dash", .files = {app}},
                        {.name = "agent", .files = {program("usr/bin/agent-program", {})}},
                        {.name = "dash", .files = {program("usr/bin/dash", {}), link("usr/bin/sh", "dash")}},
                        {.name = "helper", .files = {program("usr/bin/helper", {})}},
                        {.name = "stranger", .files = {program("usr/bin/stranger", {})}}});
  EXPECT_EQ(packages.reason("app", "helper"), "/usr/bin/app of app executes /usr/bin/helper");
  EXPECT_EQ(packages.reason("app", "agent"), "/usr/bin/app of app executes agent-program");
  EXPECT_FALSE(packages.is_kept("app", "stranger"));
  EXPECT_FALSE(packages.is_kept("app", "dash"));
}

TEST(Closure, ItsConfigurationExecutesAnother) {
  auto configuration = text("etc/app/app.conf");
  configuration.paths_named = {"/usr/bin/helper"};
  auto unit = text("usr/lib/systemd/system/app.service");
  unit.paths_named = {"/usr/bin/kill"};
  auto packages =
      with({{.name = "app", .depends = "helper, procps", .files = {program("usr/bin/app", {}), configuration, unit}},
            {.name = "helper", .files = {program("usr/bin/helper", {})}},
            {.name = "procps", .files = {program("usr/bin/kill", {})}}});
  EXPECT_EQ(packages.reason("app", "helper"), "/etc/app/app.conf of app executes /usr/bin/helper");
  EXPECT_FALSE(packages.is_kept("app", "procps"));
}

TEST(Closure, NothingExecutesAPackageManager) {
  auto helper = text("usr/share/python3/debpython/files.py");
  helper.paths_named = {"/usr/bin/helper"};
  auto app = program("usr/bin/app", {});
  app.paths_named = {"/usr/bin/dpkg", "/usr/bin/editor"};
  auto packages = with({{.name = "app", .depends = "dpkg, editor, helper", .files = {app, helper}},
                        {.name = "dpkg", .files = {program("usr/bin/dpkg", {})}},
                        {.name = "editor", .files = {script("usr/bin/editor", "/bin/sh")}},
                        {.name = "helper", .files = {program("usr/bin/helper", {})}}});
  for (const auto* name : {"dpkg", "editor", "helper"}) EXPECT_FALSE(packages.is_kept("app", name)) << name;
}

TEST(Closure, TheCLibraryBringsItsLocale) {
  auto packages = with({{.name = "app", .files = {program("usr/bin/app", {"libc.so.6"})}},
                        {.name = "libc-bin",
                         .essential = true,
                         .files = {program("usr/bin/getent", {}), text("usr/lib/locale/C.utf8/LC_CTYPE")}}});
  EXPECT_EQ(packages.reason("app", "libc-bin"), "libc6 has its locale: /usr/lib/locale/C.utf8");
  EXPECT_THAT(packages.cut("app"), ElementsAre("usr/bin/getent: libc-bin is there for its data alone"));
}

TEST(Closure, WhatOnlyEffectsNeedIsRead) {
  auto packages =
      with({{.name = "base-passwd", .essential = true, .files = {text("usr/share/base-passwd/passwd.master")}}});
  EXPECT_EQ(packages.state("base-passwd"), State::read);
  packages.recipe.keep = {{"base-passwd", "its program is wanted", {"app.yaml", 3, 7}}};
  EXPECT_EQ(packages.state("base-passwd"), State::kept);
}

TEST(Closure, TheRecipeOverrules) {
  auto packages = with({{.name = "app", .depends = "data, extra", .files = {program("usr/bin/app", {})}},
                        {.name = "data", .files = {text("usr/share/data/x")}},
                        {.name = "extra", .files = {script("usr/bin/extra", "/bin/sh")}}});
  packages.recipe.keep = {{"extra", "for its licence", {"app.yaml", 3, 7}}};
  packages.recipe.exclude = {{"data", "never read", {"app.yaml", 4, 11}}};
  EXPECT_EQ(packages.reason("app", "extra"), "extra the recipe keeps it: for its licence");
  EXPECT_EQ(packages.why_not("data"), "the recipe excludes it: never read");
}

TEST(Closure, AnExcludeThatBreaksALibraryNamesBothEnds) {
  auto packages =
      with({{.name = "app", .depends = "libllvm", .files = {program("usr/lib/app/jit.so", {"libLLVM.so.19"})}},
            {.name = "libllvm", .files = {library("usr/lib/x86_64-linux-gnu/libLLVM.so.19", "libLLVM.so.19")}}});
  packages.recipe.exclude = {{"libllvm", "no JIT is wanted", {"app.yaml", 4, 11}}};
  EXPECT_EQ(error_of([&] { packages.kept("app"); }).render(),
            "error: app.yaml:4:11: 'libllvm' is excluded, but /usr/lib/app/jit.so of app needs libLLVM.so.19\n"
            "  hint: cut that file too (`cuts: [/usr/lib/app/jit.so]`), or do without the exclude\n");
  packages.cut_files = {"usr/lib/app/jit.so"};
  EXPECT_FALSE(packages.is_kept("app", "libllvm"));
}

TEST(Closure, OverrulesMustNameACandidate) {
  auto packages = with({{.name = "app", .files = {program("usr/bin/app", {})}}});
  packages.recipe.keep = {{"libc66", "why not", {"app.yaml", 3, 7}}};
  EXPECT_EQ(error_of([&] { packages.kept("app"); }).render(),
            "error: app.yaml:3:7: 'libc66' of 'keep' is not in apt's closure of this recipe\n"
            "  hint: did you mean 'libc6'?\n");
  packages.recipe.keep.clear();
  packages.recipe.exclude = {{"zzz", "why not", {"app.yaml", 3, 10}}};
  EXPECT_EQ(error_of([&] { packages.kept("app"); }).render(),
            "error: app.yaml:3:10: 'zzz' of 'exclude' is not in apt's closure of this recipe\n"
            "  hint: 'packages' adds a package of the archive\n");
}

TEST(Closure, ACycleOfDependenciesEnds) {
  auto packages = with({{.name = "a", .depends = "b", .files = {text("usr/share/a/x")}},
                        {.name = "b", .depends = "c", .files = {}},
                        {.name = "c", .depends = "a, b", .files = {text("usr/share/c/x")}}});
  EXPECT_EQ(packages.reason("a", "c"), "a uses its data: /usr/share/c/x");
}

TEST(Closure, AllEvidenceIsTold) {
  auto liba = library("usr/lib/liba.so.1", "liba.so.1");
  liba.elf->needed = {"libown.so.1"};
  auto packages =
      with({{.name = "app",
             .depends = "liba, data",
             .files = {program("usr/bin/app", {"liba.so.1"}), program("usr/bin/app2", {"liba.so.1"})}},
            {.name = "data", .depends = "liba", .files = {text("usr/share/data/x")}},
            {.name = "liba", .depends = "data", .files = {liba, library("usr/lib/libown.so.1", "libown.so.1")}},
            {.name = "unused", .files = {text("usr/share/unused/x")}}});
  EXPECT_THAT(packages.evidence("app", "liba"),
              ElementsAre("/usr/bin/app of app needs liba.so.1", "/usr/bin/app2 of app needs liba.so.1"));
  EXPECT_THAT(packages.evidence("app", "data"),
              ElementsAre("app uses its data: /usr/share/data/x", "liba uses its data: /usr/share/data/x"));
  EXPECT_THAT(packages.evidence("app", "app"), ElementsAre("the recipe names it"));
  EXPECT_THAT(packages.evidence("app", "unused"), IsEmpty());
}

TEST(Closure, TheReasonIsOneOfTheShortestChain) {
  // app's first program leads to libz by way of others, its last one needs it.
  auto lib1 = library("usr/lib/lib1.so.1", "lib1.so.1");
  lib1.elf->needed = {"lib2.so.1"};
  auto lib2 = library("usr/lib/lib2.so.1", "lib2.so.1");
  lib2.elf->needed = {"libz.so.1"};
  auto packages = with({{.name = "lib1", .files = {lib1}},
                        {.name = "lib2", .files = {lib2}},
                        {.name = "libz", .files = {library("usr/lib/libz.so.1", "libz.so.1")}},
                        {.name = "a-first", .files = {program("usr/bin/a", {"lib1.so.1"})}},
                        {.name = "zz-last", .files = {program("usr/bin/z", {"libz.so.1"})}},
                        {.name = "app", .depends = "a-first, zz-last"}});
  EXPECT_EQ(packages.reason("app", "libz"), "/usr/bin/z of zz-last needs libz.so.1");
}

TEST(Closure, BookwormsPathsAreThoseOfTheImage) {
  auto packages = with({{.name = "app", .files = {program("bin/app", {"libfoo.so.1"})}},
                        {.name = "libfoo1", .files = {library("lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1")}}});
  EXPECT_EQ(packages.reason("app", "libfoo1"), "/usr/bin/app of app needs libfoo.so.1");
}

}  // namespace
}  // namespace debone::evidence
