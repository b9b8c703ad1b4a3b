#include "recipe/contents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

// `sources:` on line 2, `packages:` on line 3.
std::string recipe_with(std::string_view sources, std::string_view packages) {
  return fmt::format("name: x\ncontents: {{sources: {},\n  packages: {}}}\n", sources, packages);
}

std::string source_error(std::string_view source) {
  return error_of([&] { parsed(recipe_with(fmt::format("[{}]", source), "[libc6]")); });
}

std::string package_error(std::string_view packages) {
  return error_of([&] { parsed(recipe_with("[{debian: trixie}]", packages)); });
}

std::string files_error(std::string_view files) {
  return error_of([&] {
    parsed(
        fmt::format("name: x\ncontents:\n  sources: [{{debian: trixie}}]\n  packages: [nginx]\n  files: {}\n", files));
  });
}

TEST(Contents, files_of_a_package_alone) {
  const auto recipe = parsed(R"(name: x
contents:
  sources: [{debian: trixie}]
  packages: [nginx]
  files:
    - {package: app=1.0, paths: [/srv/app, "/usr/share/{a,b}/**"]}
)");
  ASSERT_EQ(recipe.files.size(), 1U);
  EXPECT_EQ(recipe.files[0].package.name, "app");
  EXPECT_EQ(recipe.files[0].package.version, "1.0");
  EXPECT_THAT(recipe.files[0].paths, testing::ElementsAre("/srv/app", "/usr/share/{a,b}/**"));
  EXPECT_EQ(recipe.files[0].place.str(), "x.yaml:6:7");
}

TEST(Contents, mistakes_in_files) {
  EXPECT_EQ(files_error("[{package: nginx, paths: [/a]}]"),
            "error: x.yaml:5:11: 'nginx' is in 'packages' and in 'files'\n"
            "  hint: the package brings all of its files; take it out of either\n");
  EXPECT_EQ(files_error("[{package: app, paths: [a]}]"),
            "error: x.yaml:5:34: 'a' is no absolute path\n  hint: a glob begins with a slash: '/a'\n");
  EXPECT_EQ(files_error("[{package: app, paths: []}]"),
            "error: x.yaml:5:33: 'paths' is empty\n  hint: write ['/**'] for all of the package's files\n");
  EXPECT_EQ(files_error("[{package: app}]"), "error: x.yaml:5:11: an item of 'files' has no 'paths'\n");
  EXPECT_EQ(files_error("[{package: app, paths: [/a]}, {package: app, paths: [/b]}]"),
            "error: x.yaml:5:40: the package 'app' stands twice\n  hint: its first place is x.yaml:5:11\n");
}

TEST(Contents, the_mirror_of_contents_holds_where_a_source_has_none) {
  const auto recipe = parsed(R"(name: x
contents:
  mirror: http://a.example.org/debian
  security-mirror: http://a.example.org/security
  sources: [{debian: trixie, mirror: "http://b.example.org/debian"}, {debian: bookworm}]
  packages: [libc6]
)");
  const auto& own = std::get<DebianSource>(recipe.sources[0].what);
  EXPECT_EQ(own.mirror, "http://b.example.org/debian");
  EXPECT_EQ(own.security_mirror, "http://a.example.org/security");
  EXPECT_EQ(std::get<DebianSource>(recipe.sources[1].what).mirror, "http://a.example.org/debian");
}

TEST(Contents, needs_sources_and_packages) {
  EXPECT_EQ(error_of([] { parsed("name: x\ncontents: {packages: [a]}\n"); }),
            "error: x.yaml:2:11: 'contents' has no 'sources'\n");
  EXPECT_EQ(error_of([] { parsed(recipe_with("[]", "[libc6]")); }),
            "error: x.yaml:2:21: 'sources' is empty\n  hint: write [{debian: trixie}]\n");
  EXPECT_EQ(package_error("[]"), "error: x.yaml:3:13: 'packages' is empty\n");
  EXPECT_EQ(package_error("[libc6,  ~]"),
            "error: x.yaml:3:13: 'packages' has no value\n  hint: give it one, or remove it\n");
}

TEST(Contents, a_source_is_one_of_three_kinds) {
  EXPECT_EQ(source_error("{}"),
            "error: x.yaml:2:22: this is not a source\n"
            "  hint: write {debian: CODENAME}, {name, url, suite, components, key} or {deb: ./FILE.deb}\n");
  EXPECT_EQ(source_error("trixie"),
            "error: x.yaml:2:22: this is not a source\n"
            "  hint: write {debian: CODENAME}, {name, url, suite, components, key} or {deb: ./FILE.deb}\n");
  EXPECT_EQ(source_error("{debian: trixie, deb: ./x.deb}"),
            "error: x.yaml:2:39: unknown key 'deb' in a Debian source\n"
            "  hint: the keys here are 'debian', 'components', 'mirror', 'security-mirror', 'snapshot', 'priority' and "
            "'packages'\n");
  EXPECT_EQ(source_error("{debian: trixie, packages: []}"),
            "error: x.yaml:2:49: 'packages' is empty\n  hint: remove it, or name what this source may supply\n");
  EXPECT_EQ(source_error("{debian: trixie}, {debian: trixie}"),
            "error: x.yaml:2:40: the source 'trixie' stands twice\n  hint: its first place is x.yaml:2:22\n");
}

TEST(Contents, a_debian_source_has_a_codename) {
  EXPECT_EQ(source_error("{debian: stable}"),
            "error: x.yaml:2:31: 'stable' is not a codename\n"
            "  hint: write the release's codename, such as 'trixie': an image must not change its release by itself\n");
  EXPECT_EQ(source_error("{debian: trixie-updates}"),
            "error: x.yaml:2:31: 'trixie-updates' is not a codename\n"
            "  hint: write 'trixie': -updates and -security belong to it\n");
  EXPECT_EQ(source_error("{debian: 13}"),
            "error: x.yaml:2:31: '13' is not a codename\n  hint: a codename is a lower-case word, such as 'trixie'\n");
  EXPECT_EQ(source_error("{debian: trixie, components: []}"), "error: x.yaml:2:51: 'components' is empty\n");
  EXPECT_EQ(source_error("{debian: trixie, components: [../main]}"),
            "error: x.yaml:2:52: '../main' cannot be a component\n"
            "  hint: components are words such as 'main' and 'contrib'\n");
  EXPECT_EQ(source_error("{debian: trixie, mirror: 'ftp://example.org/'}"),
            "error: x.yaml:2:47: 'ftp://example.org/' is not an address that 'mirror' can have\n"
            "  hint: it begins with https://, http:// or file:/, and has no blanks\n");
}

TEST(Contents, a_repository_has_a_key_that_can_be_trusted) {
  const auto with_key = [](std::string_view key) {
    return source_error(
        fmt::format("{{name: v, url: 'http://example.org/', suite: s, components: [m], key: {}}}", key));
  };
  EXPECT_EQ(with_key("'https://example.org/k.asc'"),
            "error: x.yaml:2:92: a key from an address needs its fingerprint\n"
            "  hint: write key: {url: https://example.org/k.asc, fingerprint: ...}\n");
  EXPECT_EQ(with_key("{url: 'https://example.org/k.asc'}"),
            "error: x.yaml:2:98: a key from an address needs its fingerprint\n"
            "  hint: write key: {url: https://example.org/k.asc, fingerprint: ...}\n");
  EXPECT_EQ(with_key("{url: 'https://example.org/k.asc', fingerprint: 3D1A}"),
            "error: x.yaml:2:140: '3D1A' is not a key's fingerprint\n"
            "  hint: it has 40 or 64 hex digits: `gpg --show-keys --with-fingerprint FILE` prints it\n");
  EXPECT_EQ(with_key("{fingerprint: 3D1A}"), "error: x.yaml:2:92: 'key' needs either 'url' or 'file'\n");
  EXPECT_EQ(with_key("{url: 'file:/k.asc'}"), "error: x.yaml:2:98: a key on this machine is a 'file', not a 'url'\n");
  EXPECT_EQ(with_key("{file: 'https://example.org/k.asc'}"),
            "error: x.yaml:2:99: a key from an address is a 'url', not a 'file'\n");
  EXPECT_EQ(with_key("[k]"), "error: x.yaml:2:92: 'key' must be a map, not a list\n");
  EXPECT_EQ(source_error("{name: v, url: 'http://example.org/', suite: s, components: [m]}"),
            "error: x.yaml:2:22: a repository has no 'key'\n");
}

TEST(Contents, a_repository_has_components_unless_it_is_flat) {
  EXPECT_EQ(source_error("{name: v, url: 'http://example.org/', suite: s, key: k}"),
            "error: x.yaml:2:22: a repository has no 'components'\n"
            "  hint: a flat repository's suite ends with a slash, such as ./\n");
  EXPECT_EQ(source_error("{name: v, url: 'http://example.org/', suite: ./, components: [m], key: k}"),
            "error: x.yaml:2:83: the suite './' ends with a slash, so it has no components\n"
            "  hint: remove 'components', or the slash\n");
  EXPECT_EQ(source_error("{name: v, url: 'http://example.org/', suite: ../s, components: [m], key: k}"),
            "error: x.yaml:2:67: '../s' cannot be a suite\n");
  EXPECT_EQ(source_error("{name: V, url: 'http://example.org/', suite: s, components: [m], key: k}"),
            "error: x.yaml:2:29: 'V' cannot be a source's name\n"
            "  hint: such a name has lower-case letters, digits, '-' and '.', and begins with a letter or digit\n");
}

TEST(Contents, a_deb_source_names_a_deb) {
  EXPECT_EQ(source_error("{deb: ./x.rpm}"), "error: x.yaml:2:28: './x.rpm' is not a .deb file's name\n");
}

TEST(Contents, packages_may_be_pinned) {
  const auto packages = parsed(recipe_with("[{debian: trixie}]",
                                           "[libc6, php8.4-fpm=1:8.4.1-1~deb13u1, curl/trixie-backports, "
                                           "'zsh:amd64', 'bash:arm64=5', 'dash:native/trixie']"))
                            .packages;
  const auto spelled = [](const Request& it) {
    return fmt::format("{}|{}|{}|{}", it.name, it.architecture, it.version, it.suite);
  };
  ASSERT_EQ(packages.size(), 6U);
  EXPECT_EQ(spelled(packages[0]), "libc6|||");
  EXPECT_EQ(spelled(packages[1]), "php8.4-fpm||1:8.4.1-1~deb13u1|");
  EXPECT_EQ(spelled(packages[2]), "curl|||trixie-backports");
  EXPECT_EQ(spelled(packages[3]), "zsh|amd64||");
  EXPECT_EQ(spelled(packages[4]), "bash|arm64|5|");
  EXPECT_EQ(spelled(packages[5]), "dash|native||trixie");
  EXPECT_EQ(packages[2].place.str(), "x.yaml:3:51");
}

TEST(Contents, a_pin_names_a_version_or_a_suite) {
  for (const std::string name : {"php8.4-fpm=", "php8.4-fpm=8.4*", "php8.4-fpm=1/trixie"}) {
    EXPECT_EQ(package_error("['" + name + "']"),
              "error: x.yaml:3:14: '" + name +
                  "' names no version after the '='\n"
                  "  hint: a version is written whole, as the lock and `apt policy` show it: 8.4.16-1~deb13u1\n");
  }
  for (const std::string name : {"php8.4-fpm/", "php8.4-fpm/trixie=1"}) {
    EXPECT_EQ(package_error("['" + name + "']"),
              "error: x.yaml:3:14: '" + name +
                  "' names no suite after the '/'\n"
                  "  hint: a suite is named as its Release file has it, such as trixie-backports\n");
  }
  EXPECT_EQ(package_error("['libc6:=2']"),
            "error: x.yaml:3:14: 'libc6:=2' names no architecture after the ':'\n  hint: write 'libc6=2'\n");
}

TEST(Contents, a_source_has_a_priority) {
  const auto priority = [](std::string_view number) {
    return parsed(recipe_with(fmt::format("[{{debian: trixie, priority: {}}}]", number), "[libc6]"))
        .sources[0]
        .priority;
  };
  EXPECT_EQ(priority("990"), 990);
  EXPECT_EQ(priority("-1"), -1);
  EXPECT_EQ(priority("-32768"), -32768);
  EXPECT_EQ(parsed(recipe_with("[{debian: trixie}]", "[libc6]")).sources[0].priority, std::nullopt);
  EXPECT_EQ(parsed(recipe_with("[{deb: ./x.deb, priority: 100}]", "[libc6]")).sources[0].priority, 100);
  for (const std::string number : {"0", "32768", "-32769", "high", "5.5", "-"}) {
    EXPECT_EQ(source_error("{debian: trixie, priority: " + number + "}"),
              "error: x.yaml:2:49: '" + number +
                  "' is not a priority\n  hint: write a number as apt_preferences(5) has it: 500 is the usual one, 100 "
                  "that of backports, 990 goes before others, below 0 is never chosen by itself\n");
  }
}

TEST(Contents, packages_have_names) {
  EXPECT_EQ(source_error("{debian: trixie, packages: [libc6=2]}"),
            "error: x.yaml:2:50: 'libc6=2' is more than a package's name, which is all that stands here\n"
            "  hint: write 'libc6'\n");
  EXPECT_EQ(package_error("[PHP8.4]"),
            "error: x.yaml:3:14: 'PHP8.4' is not a package's name\n  hint: did you mean 'php8.4'?\n");
  for (const std::string name : {"a", "-ab", "a b", "a_b"}) {
    EXPECT_EQ(package_error("['" + name + "']"), "error: x.yaml:3:14: '" + name +
                                                     "' is not a package's name\n"
                                                     "  hint: such a name has two or more lower-case letters, digits, "
                                                     "'+', '-' and '.', and begins with a letter "
                                                     "or digit\n");
  }
  EXPECT_EQ(package_error("[libc6, libc6=2]"),
            "error: x.yaml:3:21: the package 'libc6' stands twice\n  hint: its first place is x.yaml:3:14\n");
}

}  // namespace
}  // namespace debone::recipe
