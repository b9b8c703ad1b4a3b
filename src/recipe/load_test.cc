#include "recipe/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view minimal = "name: x\ncontents: {sources: [{debian: trixie}], packages: [libc6]}\n";

// The minimal recipe, two lines, and `more` after it.
Recipe with(std::string_view more) { return parsed(std::string(minimal) + std::string(more)); }

TEST(Load, reads_every_key) {
  const auto recipe = parsed(R"(name: php-fpm
contents:
  mirror: http://mirror.example.org/debian
  sources:
    - {debian: trixie, components: [main, contrib], security-mirror: "http://mirror.example.org/security"}
    - name: vendor
      url: https://apt.example.org/ce
      suite: buster
      components: [stable]
      key: {url: "https://apt.example.org/pub.key", fingerprint: 3d1a 0346 c8e1 802f 774a  ef21 de8b 853f c155 581d}
      packages: [vendor-server]
    - {name: flat, url: "file:/srv/repo", suite: ./, key: ../keys/flat.asc}
    - {deb: ./local_1_all.deb}
  packages: [php8.4-fpm, vendor-server]
accounts:
  run-as: www-data
  users: [{username: app, uid: 4294967294, gid: 50, shell: /bin/false, homedir: /srv/app/, gecos: The app}]
  groups: [{groupname: app, gid: 50, members: [app, www-data]}]
environment: {LANG: C.UTF-8, EMPTY: "", NUMBER: 1.10, YES: yes}
paths:
  - {path: /run/php, type: directory, uid: 33, gid: 33, permissions: 0o755}
  - {path: /etc/motd, type: file, content: "hello\n", permissions: 0644}
  - {path: /srv/app, type: tree, source: ./app/, uid: 0, gid: 0}
  - {path: /srv/app, type: permissions, permissions: "0750", recursive: true}
  - {path: /usr/bin/php, type: symlink, source: php8.4}
entrypoint: {command: php-fpm8.4 -F 'a b' ""}
cmd: [--version]
work-dir: /srv//app/
stop-signal: QUIT
volumes: [/var/lib/php/sessions]
ports: [9000, "53/udp", 443/tcp]
annotations: {org.opencontainers.image.title: "php: fpm"}
archs: [amd64, aarch64, arm/v7]
effects:
  vendor-server:
    accept: any-version
    accounts: {users: [{username: vendor, uid: 901}], groups: [{groupname: vendor, gid: 901}]}
    paths: [{path: /var/lib/vendor, type: directory}]
)");
  EXPECT_EQ(recipe.name, "php-fpm");
  EXPECT_EQ(recipe.file, "x.yaml");

  ASSERT_EQ(recipe.sources.size(), 4);
  const auto& debian = std::get<DebianSource>(recipe.sources[0].what);
  EXPECT_EQ(debian.codename, "trixie");
  EXPECT_THAT(debian.components, ElementsAre("main", "contrib"));
  EXPECT_EQ(debian.mirror, "http://mirror.example.org/debian");
  EXPECT_EQ(debian.security_mirror, "http://mirror.example.org/security");
  EXPECT_EQ(recipe.sources[0].place.str(), "x.yaml:5:7");
  const auto& vendor = std::get<AptSource>(recipe.sources[1].what);
  EXPECT_EQ(vendor.name, "vendor");
  EXPECT_EQ(vendor.url, "https://apt.example.org/ce");
  EXPECT_EQ(vendor.suite, "buster");
  EXPECT_THAT(vendor.components, ElementsAre("stable"));
  EXPECT_EQ(vendor.key.location, "https://apt.example.org/pub.key");
  EXPECT_EQ(vendor.key.fingerprint, "3D1A0346C8E1802F774AEF21DE8B853FC155581D");
  EXPECT_THAT(recipe.sources[1].packages, ElementsAre("vendor-server"));
  const auto& flat = std::get<AptSource>(recipe.sources[2].what);
  EXPECT_EQ(flat.suite, "./");
  EXPECT_THAT(flat.components, IsEmpty());
  EXPECT_EQ(flat.key.location, "/home/keys/flat.asc");
  EXPECT_EQ(flat.key.fingerprint, std::nullopt);
  EXPECT_EQ(std::get<DebSource>(recipe.sources[3].what).path, "/home/user/local_1_all.deb");

  ASSERT_EQ(recipe.packages.size(), 2);
  EXPECT_EQ(recipe.packages[1].name, "vendor-server");
  EXPECT_EQ(recipe.packages[1].place.str(), "x.yaml:14:26");

  EXPECT_EQ(recipe.run_as, "www-data");
  ASSERT_EQ(recipe.users.size(), 1);
  EXPECT_EQ(recipe.users[0].uid, 4294967294U);
  EXPECT_EQ(recipe.users[0].gid, 50U);
  EXPECT_EQ(recipe.users[0].home, "/srv/app");
  EXPECT_EQ(recipe.users[0].shell, "/bin/false");
  EXPECT_EQ(recipe.users[0].gecos, "The app");
  ASSERT_EQ(recipe.groups.size(), 1);
  EXPECT_THAT(recipe.groups[0].members, ElementsAre("app", "www-data"));
  EXPECT_THAT(recipe.environment,
              ElementsAre(Pair("EMPTY", ""), Pair("LANG", "C.UTF-8"), Pair("NUMBER", "1.10"), Pair("YES", "yes")));

  ASSERT_EQ(recipe.paths.size(), 5);
  EXPECT_EQ(recipe.paths[0].path.str(), "run/php");
  EXPECT_EQ(recipe.paths[0].uid, 33U);
  EXPECT_EQ(recipe.paths[0].permissions, 0755U);
  EXPECT_EQ(recipe.paths[1].content, "hello\n");
  EXPECT_EQ(recipe.paths[1].permissions, 0644U);
  EXPECT_EQ(recipe.paths[2].source, "/home/user/app");
  EXPECT_EQ(recipe.paths[3].type, PathType::permissions);
  EXPECT_EQ(recipe.paths[3].permissions, 0750U);
  EXPECT_TRUE(recipe.paths[3].recursive);
  EXPECT_EQ(recipe.paths[4].link_target, "php8.4");
  EXPECT_EQ(recipe.paths[4].place.str(), "x.yaml:25:5");

  EXPECT_THAT(recipe.entrypoint, ElementsAre("php-fpm8.4", "-F", "a b", ""));
  EXPECT_THAT(recipe.cmd, ElementsAre("--version"));
  EXPECT_EQ(recipe.work_dir, "/srv/app");
  EXPECT_EQ(recipe.stop_signal, "SIGQUIT");
  EXPECT_THAT(recipe.volumes, ElementsAre("/var/lib/php/sessions"));
  EXPECT_THAT(recipe.ports, ElementsAre("9000/tcp", "53/udp", "443/tcp"));
  EXPECT_THAT(recipe.annotations, ElementsAre(Pair("org.opencontainers.image.title", "php: fpm")));
  EXPECT_THAT(recipe.archs, ElementsAre("amd64", "arm64", "armhf"));
  ASSERT_EQ(recipe.effects.size(), 1);
  EXPECT_EQ(recipe.effects[0].package, "vendor-server");
  EXPECT_EQ(recipe.effects[0].users[0].gid, 901U);
  EXPECT_EQ(recipe.effects[0].groups[0].name, "vendor");
  EXPECT_EQ(recipe.effects[0].paths[0].path.str(), "var/lib/vendor");
}

TEST(Load, leaves_out_what_the_recipe_leaves_out) {
  const auto recipe = with("");
  EXPECT_EQ(std::get<DebianSource>(recipe.sources[0].what).mirror, std::nullopt);
  EXPECT_THAT(std::get<DebianSource>(recipe.sources[0].what).components, ElementsAre("main"));
  EXPECT_EQ(recipe.run_as, "");
  EXPECT_THAT(recipe.entrypoint, IsEmpty());
  EXPECT_EQ(recipe.stop_signal, "");
  EXPECT_THAT(recipe.archs, IsEmpty());
  const auto user = with("accounts: {users: [{username: app, uid: 7}]}\n").users[0];
  EXPECT_EQ(user.gid, 7U);
  EXPECT_EQ(user.home, "/nonexistent");
  EXPECT_EQ(user.shell, "/usr/sbin/nologin");
}

TEST(Load, takes_each_form_of_a_command) {
  for (const std::string text : {"entrypoint: /bin/a b\n", "entrypoint: [/bin/a, b]\n",
                                 "entrypoint: {command: /bin/a b}\n", "entrypoint: {command: [/bin/a, b]}\n"}) {
    EXPECT_THAT(with(text).entrypoint, ElementsAre("/bin/a", "b")) << text;
  }
  EXPECT_THAT(with("cmd: []\n").cmd, IsEmpty());
}

TEST(Load, takes_each_form_of_permissions) {
  for (const auto& [text, bits] : std::map<std::string, std::uint32_t>{{"0o755", 0755},
                                                                       {"0755", 0755},
                                                                       {"\"0755\"", 0755},
                                                                       {"0o0", 0},
                                                                       {"0", 0},
                                                                       {"01777", 01777},
                                                                       {"0o7777", 07777}}) {
    const auto recipe = with("paths: [{path: /a, type: directory, permissions: " + text + "}]\n");
    EXPECT_EQ(recipe.paths[0].permissions, bits) << text;
  }
}

TEST(Load, takes_each_form_of_a_signal) {
  for (const auto& [text, signal] : std::map<std::string, std::string>{{"SIGTERM", "SIGTERM"},
                                                                       {"TERM", "SIGTERM"},
                                                                       {"RTMIN+3", "SIGRTMIN+3"},
                                                                       {"SIGRTMAX-30", "SIGRTMAX-30"},
                                                                       {"15", "15"}}) {
    EXPECT_EQ(with("stop-signal: " + text + "\n").stop_signal, signal);
  }
}

TEST(Load, AllowNamesFindingsAndReasons) {
  const auto recipe = with("allow:\n  shell: for debugging\n  set-id: {/usr/bin/su: wanted, /usr/bin/sudo: too}\n");
  ASSERT_EQ(recipe.allow.size(), 3U);
  EXPECT_EQ(recipe.allow[0].id, "shell");
  EXPECT_FALSE(recipe.allow[0].path);
  EXPECT_EQ(recipe.allow[0].reason, "for debugging");
  EXPECT_EQ(recipe.allow[1].id, "set-id");
  EXPECT_EQ(recipe.allow[1].path->absolute(), "/usr/bin/su");
  EXPECT_EQ(recipe.allow[1].reason, "wanted");
  EXPECT_EQ(recipe.allow[2].place.line, 5);
}

TEST(Closure, is_lean_unless_the_recipe_says_otherwise) {
  EXPECT_EQ(with("").closure, ClosureMode::lean);
  EXPECT_EQ(with("closure: full\n").closure, ClosureMode::full);
  const auto recipe = with("keep: {perl: the importer is a script, tzdata: times}\nexclude: {ucf: never run}\n");
  ASSERT_EQ(recipe.keep.size(), 2U);
  EXPECT_EQ(recipe.keep[0].package, "perl");
  EXPECT_EQ(recipe.keep[0].reason, "the importer is a script");
  EXPECT_EQ(recipe.keep[1].place.line, recipe.keep[0].place.line);
  ASSERT_EQ(recipe.exclude.size(), 1U);
  EXPECT_EQ(recipe.exclude[0].reason, "never run");
}

TEST(Load, cuts_are_sets_and_globs_added_or_restored) {
  const auto recipe =
      with("cuts: [no-gconv-extra, '!no-docs', /usr/share/foo/**, '!/usr/lib/{a,b}/[!x]?', '!default']\n");
  std::vector<std::string> items;
  for (const auto& item : recipe.cuts) {
    items.push_back((item.restore ? "restore " : "cut ") + item.what + " " + item.place.str());
  }
  EXPECT_THAT(items, ElementsAre("cut no-gconv-extra x.yaml:3:8", "restore no-docs x.yaml:3:24",
                                 "cut /usr/share/foo/** x.yaml:3:36", "restore /usr/lib/{a,b}/[!x]? x.yaml:3:55",
                                 "restore default x.yaml:3:80"));
}

TEST(Load, aliases_stand_for_what_they_name) {
  const auto recipe = with("environment: {A: &x hello, B: *x}\n");
  EXPECT_EQ(recipe.environment.at("B"), "hello");
}

// What stands after the minimal recipe, from line 3 on, and the error it gives.
struct Mistake {
  std::string_view text;
  std::string_view error;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, are_named_at_their_place) {
  EXPECT_EQ(error_of([] { with(GetParam().text); }), GetParam().error);
}

TEST(Recipe, layers_of_packages_and_paths) {
  const auto recipe = with("layers: [nginx, /srv/app]\n");
  ASSERT_EQ(recipe.layers.size(), 2U);
  EXPECT_EQ(recipe.layers[0].package, "nginx");
  EXPECT_EQ(recipe.layers[1].package, "");
  EXPECT_EQ(recipe.layers[1].path.absolute(), "/srv/app");
  EXPECT_EQ(error_of([] { with("layers: [/]\n"); }), "error: x.yaml:3:10: '/' is the image as a whole\n");
  EXPECT_EQ(error_of([] { with("layers: [a/b]\n"); }).substr(0, 25), "error: x.yaml:3:10: 'a/b'");
}

INSTANTIATE_TEST_SUITE_P(
    Keys, Mistakes,
    testing::Values(
        Mistake{"entripoint: x\n", "error: x.yaml:3:1: unknown key 'entripoint'\n  hint: did you mean 'entrypoint'?\n"},
        Mistake{"accounts: {nothing-alike: x}\n",
                "error: x.yaml:3:12: unknown key 'nothing-alike' in 'accounts'\n"
                "  hint: the keys here are 'run-as', 'users' and 'groups'\n"},
        Mistake{
            "<<: {cmd: x}\n",
            "error: x.yaml:3:1: unknown key '<<'\n"
            "  hint: the keys here are 'name', 'extends', 'include', 'contents', 'closure', 'keep', 'exclude', 'cuts', "
            "'accounts', 'environment', 'paths', 'entrypoint', "
            "'cmd', 'work-dir', 'stop-signal', 'volumes', 'ports', 'annotations', 'archs', 'effects', 'allow', "
            "'variants', 'debconf', 'layers' and 'init'\n"},
        Mistake{"cmd: x\nname: y\n",
                "error: x.yaml:4:1: the key 'name' stands twice\n  hint: its first place is line 1, column 1\n"},
        Mistake{"cmd:\n", "error: x.yaml:3:1: 'cmd' has no value\n  hint: give it one, or remove it\n"},
        Mistake{"environment: [A=b]\n", "error: x.yaml:3:14: 'environment' must be a map, not a list\n"},
        Mistake{"volumes: /data\n", "error: x.yaml:3:10: 'volumes' must be a list, not a text\n"},
        Mistake{"volumes: [{path: /data}]\n", "error: x.yaml:3:11: 'volumes' must be a text, not a map\n"},
        Mistake{"work-dir: [/a]\n", "error: x.yaml:3:11: 'work-dir' must be a text, not a list\n"},
        Mistake{"work-dir: \"/a\\0b\"\n", "error: x.yaml:3:11: 'work-dir' holds a NUL character\n"},
        Mistake{"work-dir: ''\n", "error: x.yaml:3:11: 'work-dir' is empty\n"}));

INSTANTIATE_TEST_SUITE_P(
    Allow, Mistakes,
    testing::Values(
        Mistake{"allow: [set-id]\n", "error: x.yaml:3:8: 'allow' must be a map, not a list\n"},
        Mistake{"allow: {setid: x}\n", "error: x.yaml:3:9: no check finds 'setid'\n  hint: did you mean 'set-id'?\n"},
        Mistake{"allow: {everything: x}\n",
                "error: x.yaml:3:9: no check finds 'everything'\n  hint: docs/check.md lists what checks find\n"},
        Mistake{"allow: {set-id: ''}\n", "error: x.yaml:3:17: 'set-id' is empty\n"},
        Mistake{"allow: {set-id: {}}\n", "error: x.yaml:3:17: 'set-id' is empty\n  hint: name a path and the reason\n"},
        Mistake{"allow: {set-id: {/usr/bin/su: ''}}\n", "error: x.yaml:3:31: '/usr/bin/su' is empty\n"},
        Mistake{"allow: {set-id: {/usr/bin/su: a, /usr/bin//su: b}}\n",
                "error: x.yaml:3:34: the path '/usr/bin/su' stands twice\n"
                "  hint: its first place is x.yaml:3:18\n"}));

INSTANTIATE_TEST_SUITE_P(
    Closure, Mistakes,
    testing::Values(
        Mistake{"closure: leen\n", "error: x.yaml:3:10: 'closure' cannot be 'leen'\n  hint: did you mean 'lean'?\n"},
        Mistake{"keep: {perl: ''}\n", "error: x.yaml:3:14: 'perl' is empty\n"},
        Mistake{"keep: [perl]\n", "error: x.yaml:3:7: 'keep' must be a map, not a list\n"},
        Mistake{"keep: {ucf: a}\nexclude: {ucf: b}\n", "error: x.yaml:4:11: 'ucf' is in 'keep' and in 'exclude'\n"},
        Mistake{"exclude: {libc6: b}\n", "error: x.yaml:3:11: 'libc6' is in 'packages' and in 'exclude'\n"},
        Mistake{"closure: full\nkeep: {ucf: a}\n",
                "error: x.yaml:4:7: 'keep' has no meaning under 'closure: full', which is apt's own\n"}));

INSTANTIATE_TEST_SUITE_P(
    Cuts, Mistakes,
    testing::Values(
        Mistake{"cuts: no-docs\n", "error: x.yaml:3:7: 'cuts' must be a list, not a text\n"},
        Mistake{"cuts: [no-doc]\n",
                "error: x.yaml:3:8: no set of cuts is called 'no-doc'\n  hint: did you mean 'no-docs'?\n"},
        Mistake{"cuts: ['!defaults']\n",
                "error: x.yaml:3:8: no set of cuts is called 'defaults'\n  hint: did you mean 'default'?\n"},
        Mistake{"cuts: [fonts]\n",
                "error: x.yaml:3:8: no set of cuts is called 'fonts'\n"
                "  hint: `debone cuts` lists the sets; a glob begins with a slash\n"},
        Mistake{"cuts: ['*.pyc']\n",
                "error: x.yaml:3:8: no set of cuts is called '*.pyc'\n"
                "  hint: a glob begins with a slash: '/**/*.pyc' for this name in any folder\n"},
        Mistake{"cuts: [!no-docs]\n",
                "error: x.yaml:3:8: a tag, which recipes do not use\n"
                "  hint: remove the word that begins with '!', or quote it\n"},
        Mistake{"cuts: [\"!\"]\n",
                "error: x.yaml:3:8: no set of cuts is called ''\n"
                "  hint: `debone cuts` lists the sets; a glob begins with a slash\n"},
        Mistake{"cuts: [usr/share/doc]\n",
                "error: x.yaml:3:8: 'usr/share/doc' is no absolute path\n"
                "  hint: a glob begins with a slash: '/usr/share/doc'\n"},
        Mistake{"cuts: ['!/usr/share/doc/']\n",
                "error: x.yaml:3:8: '/usr/share/doc/' ends with a slash\n"
                "  hint: a glob that fits a directory stands for all below it too\n"},
        Mistake{"cuts: [/usr/../etc]\n",
                "error: x.yaml:3:8: '/usr/../etc' has a component that no path in an image has\n"
                "  hint: write it without '//', '.' and '..'\n"},
        Mistake{"cuts: ['/usr/{a,b']\n",
                "error: x.yaml:3:8: a '{' is not closed\n  hint: '\\{' is the character itself\n"},
        Mistake{"cuts: ['/usr/[a']\n",
                "error: x.yaml:3:8: the class '[a' is not closed\n  hint: '\\[' is the character itself\n"},
        Mistake{"cuts: [no-man, '!no-man', no-man]\n",
                "error: x.yaml:3:27: the cut 'no-man' stands twice\n  hint: its first place is x.yaml:3:8\n"}));

INSTANTIATE_TEST_SUITE_P(
    Accounts, Mistakes,
    testing::Values(
        Mistake{"accounts: {run-as: \"1:2:3\"}\n",
                "error: x.yaml:3:20: 'run-as' cannot be '1:2:3'\n  hint: write a user's name, a number, or two as in "
                "33:33\n"},
        Mistake{"accounts: {run-as: 4294967295}\n",
                "error: x.yaml:3:20: 'run-as' cannot be '4294967295'\n"
                "  hint: write a user's name, a number, or two as in 33:33\n"},
        Mistake{"accounts: {users: [{uid: 1}]}\n", "error: x.yaml:3:20: a user has no 'username'\n"},
        Mistake{"accounts: {users: [{name: a, uid: 1}]}\n",
                "error: x.yaml:3:21: unknown key 'name' in a user\n"
                "  hint: the keys here are 'username', 'uid', 'gid', 'shell', 'homedir' and 'gecos'\n"},
        Mistake{"accounts: {users: [{username: a b, uid: 1}]}\n",
                "error: x.yaml:3:31: 'a b' cannot be the name of a user or group\n"
                "  hint: such a name begins with a letter or '_' and has up to 32 letters, digits, '_', '-' and '.'\n"},
        Mistake{"accounts: {users: [{username: a, uid: 4294967295}]}\n",
                "error: x.yaml:3:39: 'uid' must be a number from 0 to 4294967294\n"},
        Mistake{"accounts: {users: [{username: a, uid: 1, gid: -1}]}\n",
                "error: x.yaml:3:47: 'gid' must be a number from 0 to 4294967294\n"},
        Mistake{"accounts: {users: [{username: a, uid: \"1\"}]}\n",
                "error: x.yaml:3:39: 'uid' must be a number from 0 to 4294967294\n  hint: write it without quotes\n"},
        Mistake{"accounts: {users: [{username: a, uid: 010}]}\n",
                "error: x.yaml:3:39: 'uid' must be a number from 0 to 4294967294\n"},
        Mistake{"accounts: {users: [{username: a, uid: 1, gecos: 'a:b'}]}\n",
                "error: x.yaml:3:49: 'gecos' holds a ':' or a line end, which /etc/passwd cannot have\n"},
        Mistake{"accounts: {users: [{username: a, uid: 1, shell: bin/sh}]}\n",
                "error: x.yaml:3:49: 'shell' must be an absolute path, not 'bin/sh'\n  hint: write '/bin/sh'\n"},
        Mistake{"accounts:\n  users:\n    - {username: a, uid: 1}\n    - {username: a, uid: 2}\n",
                "error: x.yaml:6:7: the user 'a' stands twice\n  hint: its first place is x.yaml:5:7\n"},
        Mistake{"accounts:\n  users:\n    - {username: a, uid: 1}\n    - {username: b, uid: 1}\n",
                "error: x.yaml:6:7: the uid '1' stands twice\n  hint: its first place is x.yaml:5:7\n"},
        Mistake{"accounts: {groups: [{groupname: a, gid: 1, members: [b, b]}]}\n",
                "error: x.yaml:3:57: the member 'b' stands twice\n  hint: its first place is x.yaml:3:54\n"}));

INSTANTIATE_TEST_SUITE_P(
    Paths, Mistakes,
    testing::Values(
        Mistake{"paths: [{path: /a}]\n", "error: x.yaml:3:9: an item of 'paths' has no 'type'\n"},
        Mistake{"paths: [{path: /a, type: dir}]\n",
                "error: x.yaml:3:26: 'type' cannot be 'dir'\n"
                "  hint: choose from 'directory', 'file', 'tree', 'symlink' and 'permissions'\n"},
        Mistake{"paths: [{path: /a, type: simlink}]\n",
                "error: x.yaml:3:26: 'type' cannot be 'simlink'\n  hint: did you mean 'symlink'?\n"},
        Mistake{"paths: [{path: a, type: directory}]\n",
                "error: x.yaml:3:16: 'path' must be an absolute path, not 'a'\n  hint: write '/a'\n"},
        Mistake{"paths: [{path: ../etc/passwd, type: directory}]\n",
                "error: x.yaml:3:16: 'path' must be an absolute path, not '../etc/passwd'\n"
                "  hint: '..' is not allowed, nor are names over 255 bytes\n"},
        Mistake{"paths: [{path: /a/../b, type: directory}]\n",
                "error: x.yaml:3:16: '/a/../b' is not a path that 'path' can have\n"
                "  hint: '..' is not allowed, nor are names over 255 bytes\n"},
        Mistake{"paths: [{path: /, type: symlink, source: /a}]\n", "error: x.yaml:3:16: '/' cannot be a symlink\n"},
        Mistake{"paths: [{path: /a, type: directory, source: b}]\n",
                "error: x.yaml:3:37: an item of type 'directory' has no 'source'\n"
                "  hint: it has 'path', 'type', 'uid', 'gid' and 'permissions'\n"},
        Mistake{"paths: [{path: /a, type: file}]\n", "error: x.yaml:3:9: a file needs either 'content' or 'source'\n"},
        Mistake{"paths: [{path: /a, type: file, content: a, source: b}]\n",
                "error: x.yaml:3:9: a file needs either 'content' or 'source'\n"},
        Mistake{"paths: [{path: /a, type: file, content: [a]}]\n",
                "error: x.yaml:3:41: 'content' must be a text, not a list\n"},
        Mistake{"paths: [{path: /a, type: tree}]\n", "error: x.yaml:3:9: an item of 'paths' has no 'source'\n"},
        Mistake{"paths: [{path: /a, type: permissions}]\n",
                "error: x.yaml:3:9: this item changes nothing\n  hint: give it 'permissions', 'uid' or 'gid'\n"},
        Mistake{"paths: [{path: /a, type: permissions, uid: 1, recursive: yes}]\n",
                "error: x.yaml:3:58: 'recursive' must be true or false\n"},
        Mistake{"paths: [{path: /a, type: directory, permissions: 755}]\n",
                "error: x.yaml:3:50: 'permissions' is octal, and '755' does not say so\n  hint: write 0o755\n"},
        Mistake{"paths: [{path: /a, type: directory, permissions: 0o888}]\n",
                "error: x.yaml:3:50: '0o888' is not a file's permissions\n"
                "  hint: write them in octal, such as 0o755; 0o7777 is the most\n"},
        Mistake{"paths: [{path: /a, type: directory, permissions: 0o10000}]\n",
                "error: x.yaml:3:50: '0o10000' is not a file's permissions\n"
                "  hint: write them in octal, such as 0o755; 0o7777 is the most\n"},
        Mistake{"paths: [{path: /a, type: directory, permissions: u+x}]\n",
                "error: x.yaml:3:50: 'u+x' is not a file's permissions\n"
                "  hint: write them in octal, such as 0o755; 0o7777 is the most\n"},
        Mistake{"paths:\n  - {path: /a, type: directory}\n  - {path: /a/, type: file, content: x}\n",
                "error: x.yaml:5:5: the path '/a' stands twice\n  hint: its first place is x.yaml:4:5\n"}));

INSTANTIATE_TEST_SUITE_P(
    Running, Mistakes,
    testing::Values(
        Mistake{"entrypoint: \"php 'a\"\n",
                "error: x.yaml:3:13: a quote or a backslash in 'entrypoint' has no end\n"
                "  hint: write the command as a list\n"},
        Mistake{"entrypoint: []\n",
                "error: x.yaml:3:13: the entrypoint names no program\n  hint: remove it, or write a command\n"},
        Mistake{"entrypoint: {type: service-bundle}\n",
                "error: x.yaml:3:14: unknown key 'type' in 'entrypoint'\n  hint: the keys here are 'command'\n"},
        Mistake{"cmd: {a: b}\n", "error: x.yaml:3:6: 'cmd' must be a list or a text, not a map\n"},
        Mistake{"environment: {1A: x}\n",
                "error: x.yaml:3:15: '1A' cannot be the name of an environment variable\n"
                "  hint: such a name has letters, digits and '_', and begins with no digit\n"},
        Mistake{"environment: {A: [x]}\n", "error: x.yaml:3:18: 'A' must be a text, not a list\n"},
        Mistake{"environment: {A: }\n", "error: x.yaml:3:15: 'A' has no value\n  hint: give it one, or remove it\n"},
        Mistake{"work-dir: srv\n",
                "error: x.yaml:3:11: 'work-dir' must be an absolute path, not 'srv'\n  hint: write '/srv'\n"},
        Mistake{"stop-signal: SIGQUITT\n",
                "error: x.yaml:3:14: 'SIGQUITT' is not a signal\n  hint: did you mean 'SIGQUIT'?\n"},
        Mistake{"stop-signal: sigquit\n",
                "error: x.yaml:3:14: 'sigquit' is not a signal\n  hint: did you mean 'SIGQUIT'?\n"},
        Mistake{"stop-signal: 65\n",
                "error: x.yaml:3:14: '65' is not a signal\n"
                "  hint: write a name such as SIGTERM or SIGRTMIN+3, or a number from 1 to 64\n"},
        Mistake{"stop-signal: RTMIN+31\n",
                "error: x.yaml:3:14: 'RTMIN+31' is not a signal\n  hint: did you mean 'SIGRTMIN'?\n"},
        Mistake{"volumes: [/]\n", "error: x.yaml:3:11: '/' cannot be a volume\n"},
        Mistake{"volumes: [/a, /a/]\n",
                "error: x.yaml:3:15: the volume '/a' stands twice\n  hint: its first place is x.yaml:3:11\n"},
        Mistake{"ports: [65536]\n",
                "error: x.yaml:3:9: '65536' is not a port\n"
                "  hint: write a number from 1 to 65535, with /udp or /sctp where it is not TCP\n"},
        Mistake{"ports: [80/http]\n",
                "error: x.yaml:3:9: '80/http' is not a port\n"
                "  hint: write a number from 1 to 65535, with /udp or /sctp where it is not TCP\n"},
        Mistake{"ports: [80, 80/tcp]\n",
                "error: x.yaml:3:13: the port '80/tcp' stands twice\n  hint: its first place is x.yaml:3:9\n"},
        Mistake{"annotations: {\"a b\": c}\n",
                "error: x.yaml:3:15: 'a b' cannot be an annotation's key\n"
                "  hint: such a key has letters, digits, '.', '_', '-' and '/': org.opencontainers.image.title\n"},
        Mistake{"archs: [amd63]\n",
                "error: x.yaml:3:9: 'amd63' is not an architecture\n  hint: did you mean 'amd64'?\n"},
        Mistake{
            "archs: [vax]\n",
            "error: x.yaml:3:9: 'vax' is not an architecture\n  hint: choose from 'amd64', 'arm64', 'armel', 'armhf', "
            "'i386', 'mips64el', 'mipsel', 'ppc64el', 'riscv64' and 's390x'\n"},
        Mistake{"archs: [amd64, x86_64]\n",
                "error: x.yaml:3:16: the architecture 'amd64' stands twice\n  hint: its first place is x.yaml:3:9\n"}));

INSTANTIATE_TEST_SUITE_P(
    Effects, Mistakes,
    testing::Values(Mistake{"effects: {vendor: {paths: []}}\n",
                            "error: x.yaml:3:19: the item 'vendor' of 'effects' has no 'accept'\n"},
                    Mistake{"effects: {vendor: {accept: all}}\n",
                            "error: x.yaml:3:28: 'accept' cannot be 'all'\n  hint: write 'any-version'\n"},
                    Mistake{"effects: {vendor: {accept: any-version, accounts: {run-as: x}}}\n",
                            "error: x.yaml:3:52: unknown key 'run-as' in a package's 'accounts'\n"
                            "  hint: the keys here are 'users' and 'groups'\n"},
                    Mistake{"effects: {Vendor: {accept: any-version}}\n",
                            "error: x.yaml:3:11: 'Vendor' is not a package's name\n  hint: did you mean 'vendor'?\n"}));

TEST(Load, a_recipe_needs_a_name_and_contents) {
  EXPECT_EQ(error_of([] { parsed("cmd: x\n"); }), "error: x.yaml:1:1: the recipe has no 'name'\n");
  EXPECT_EQ(error_of([] { parsed("name: x\n"); }), "error: x.yaml:1:1: the recipe has no 'contents'\n");
  for (const std::string name : {"PHP", "a..b", "-a", "a-", "a/b"}) {
    EXPECT_EQ(error_of([&] { parsed("name: " + name + "\n"); }),
              "error: x.yaml:1:7: '" + name +
                  "' cannot be a recipe's name\n"
                  "  hint: a name has lower-case letters and digits, with single '.', '_' or '-' between them\n");
  }
}

TEST(Load, a_file_is_read_with_its_folder) {
  const base::TempDir folder("debone-recipe-test");
  const auto file = folder.path() / "x.yaml";
  base::write_file_atomically(file, std::string(minimal) + "paths: [{path: /a, type: file, source: a.txt}]\n");
  EXPECT_EQ(load(file, nullptr).paths[0].source, folder.path() / "a.txt");

  base::write_file_atomically(file, std::string((1U << 20U) + 1, '#'));
  EXPECT_EQ(error_of([&] { load(file, nullptr); }),
            "error: " + file.string() + ": larger than the 1048576 bytes allowed here\n");
  EXPECT_EQ(error_of([&] { load(folder.path() / "none.yaml", nullptr); }),
            "error: " + (folder.path() / "none.yaml").string() + ": cannot open: No such file or directory\n");
}

TEST(Load, text_without_a_folder_has_no_files_beside_it) {
  EXPECT_EQ(
      error_of([] {
        parse(std::string(minimal) + "paths: [{path: /a, type: file, source: a.txt}]\n", "catalog/x.yaml", "", nullptr);
      }),
      "error: catalog/x.yaml:3:40: 'source' names a file beside the recipe, but catalog/x.yaml comes with debone\n"
      "  hint: a recipe of the catalog can include the catalog's text alone\n");
}

}  // namespace
}  // namespace debone::recipe
