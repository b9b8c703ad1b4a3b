#include "structure/checks.h"

#include <gtest/gtest.h>

#include "image/test_image.h"
#include "structure/run_tests.h"

namespace debone::structure {
namespace {

using image::path_of;

tree::Tree tree_under_test() {
  auto tree = image::sample_tree();
  tree.put_directory(path_of("tmp"), 01777, 0, "t");
  tree.put_symlink(path_of("loop"), "loop", 0, "t");
  tree.put_symlink(path_of("dangling"), "/not/here", 0, "t");
  tree.put_symlink(path_of("account"), "etc/passwd", 0, "t");
  tree.put_file(path_of("usr/share/doc/php/copyright"), "PHP-3.01\n", 0644, 0, "t");
  tree.put_file(path_of("usr/share/doc/bad/copyright"), "the Agpl\n", 0644, 0, "t");
  tree.put_directory(path_of("usr/share/doc/none"), 0755, 0, "t");
  return tree;
}

// What failed, a line each: "NAME: WHAT|EXPECTED|FOUND".
std::string failures(const std::string& tests) {
  const auto image = image::sample_image();
  const auto tree = tree_under_test();
  auto config = image.config;
  config.labels = image.annotations;
  const auto file = parse("schemaVersion: 2.0.0\n" + tests, "t.yaml");
  std::string out;
  for (const auto& result : run_tests(file, {config, tree}, std::chrono::seconds(1))) {
    for (const auto& [what, expected, found] : result.failures) {
      out += result.name + ": " + what + "|" + expected + "|" + found + "\n";
    }
  }
  return out;
}

TEST(Checks, WhatIsAsExpectedPasses) {
  EXPECT_EQ(failures(R"(
fileExistenceTests:
  - {name: tmp, path: /tmp, permissions: dtrwxrwxrwx, uid: 0, gid: 0, isExecutableBy: any}
  - {name: through a link, path: /bin/php, permissions: -rwxr-xr-x, isExecutableBy: other}
  - {name: the link itself, path: /bin, permissions: Lrwxrwxrwx}
  - {name: set-id, path: /usr/bin/su, permissions: urwxr-xr-x, uid: 2}
  - {name: absent, path: /bin/sh, shouldExist: false}
  - {name: below a circle, path: /loop/x, shouldExist: false}
fileContentTests:
  - {name: passwd, path: /account, expectedContents: ['(?m)^www-data:', 'root'], excludedContents: ['^www-data']}
metadataTest:
  envVars: [{key: LANG, value: C.UTF-8}, {key: PATH, value: 'b.n', isRegex: true}]
  unboundEnvVars: [{key: NOPE}]
  labels: [{key: org.opencontainers.image.title, value: php-fpm}]
  exposedPorts: ['9000', 9000/tcp]
  unexposedPorts: ['9001', 9000/udp]
  entrypoint: [php-fpm8.4, -F]
  cmd: [-O]
  workdir: /srv
  user: www-data
  volumes: [/data]
  unmountedVolumes: [/other]
licenseTests: [{files: [/usr/share/doc/php/copyright]}]
)"),
            "");
}

TEST(Checks, EveryDifferenceIsToldWithWhatWasThere) {
  EXPECT_EQ(failures(R"(
fileExistenceTests:
  - {name: a, path: /bin/sh}
  - {name: b, path: /tmp, shouldExist: false}
  - {name: c, path: /etc/shadow, permissions: -rw-r--r--, uid: 1, gid: 0, isExecutableBy: owner}
fileContentTests:
  - {name: d, path: /etc/passwd, expectedContents: [nobody], excludedContents: [www-.*]}
  - {name: e, path: /etc, expectedContents: [x]}
  - {name: f, path: /dangling}
  - {name: g, path: /nothing}
metadataTest:
  envVars: [{key: LANG, value: C.UTF.8}, {key: PATH, value: '^bin', isRegex: true}, {key: X, value: ''}]
  unboundEnvVars: [{key: LANG}]
  labels: [{key: x, value: y}]
  exposedPorts: ['80']
  unexposedPorts: ['9000']
  entrypoint: []
  cmd: [-O, -R]
  workdir: /
  user: root
  volumes: [/x]
  unmountedVolumes: [/data]
licenseTests: [{debian: true}]
)"),
            R"(a: /bin/sh|to be there|nothing of that name
b: /tmp|not to be there|a directory
c: permissions of /etc/shadow|-rw-r--r--|-rw-r-----
c: uid of /etc/shadow|1|0
c: gid of /etc/shadow|0|42
c: /etc/shadow|executable by its owner|permissions -rw-r-----
d: /etc/passwd|a match of 'nobody'|"root:x:0:0::/root:/bin/false\nwww-data:x:33:33::/var/www:/bin/false\n"
d: /etc/passwd|no match of 'www-.*'|"root:x:0:0::/root:/bin/false\nwww-data:x:33:33::/var/www:/bin/false\n"
e: /etc|a file|a directory
f: /dangling|a file|a link that leads nowhere
g: /nothing|a file|nothing of that name
the image's config: variable LANG|"C.UTF.8"|"C.UTF-8"
the image's config: variable PATH|a match of '^bin'|"/usr/bin"
the image's config: variable X|""|not set
the image's config: variable LANG|not set|"C.UTF-8"
the image's config: label x|"y"|not set
the image's config: entrypoint|[]|["php-fpm8.4", "-F"]
the image's config: cmd|["-O", "-R"]|["-O"]
the image's config: workdir|"/"|"/srv"
the image's config: user|"root"|"www-data"
the image's config: port 80|in the config|["9000/tcp"]
the image's config: port 9000|not in the config|["9000/tcp"]
the image's config: volume /x|in the config|["/data"]
the image's config: volume /data|not in the config|["/data"]
Debian's copyright files: /usr/share/doc/bad/copyright|a licence without 'AGPL'|'AGPL' is in it
Debian's copyright files: /usr/share/doc/none/copyright|a file|nothing of that name
)");
}

TEST(Checks, LongTextsAreCutShort) {
  EXPECT_EQ(shown("a\n\x1b"), "\"a\\n\\x1b\"");
  EXPECT_EQ(shown(std::string(2007, 'x')), "\"" + std::string(2000, 'x') + "\" and 7 bytes more");
}

}  // namespace
}  // namespace debone::structure
