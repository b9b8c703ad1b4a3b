#include "recipe/include.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>

#include "base/file.h"
#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::string_view shared = R"(name: shared
contents:
  mirror: http://a.example.org/debian
  sources: [{debian: trixie}]
  packages: [php8.4-cli, tzdata]
accounts:
  run-as: www-data
  users: [{username: app, uid: 900}]
environment: {LANG: C.UTF-8, A: shared}
paths:
  - {path: /etc/app.conf, type: file, content: shared}
  - {path: /srv/app, type: directory}
  - {path: /srv/app, type: permissions, uid: 33}
entrypoint: {command: [/usr/bin/php, -a]}
cmd: [one, two]
volumes: [/data]
)";

class Include : public testing::Test {
 protected:
  Recipe parse_with_catalog(std::string_view text) {
    return parse(text, "x.yaml", folder.path(), [this](std::string_view name) -> std::optional<std::string> {
      const auto found = catalog.find(name);
      return found == catalog.end() ? std::nullopt : std::optional(found->second);
    });
  }
  std::string error(std::string_view text) {
    return error_of([&] { parse_with_catalog(text); });
  }
  void write(const std::string& name, std::string_view text) {
    base::make_directories((folder.path() / name).parent_path());
    base::write_file_atomically(folder.path() / name, text);
  }

  base::TempDir folder{"debone-recipe-test"};
  std::map<std::string, std::string, std::less<>> catalog{{"shared", std::string(shared)}};
};

TEST_F(Include, variants_are_the_including_recipes_alone) {
  catalog["with"] = std::string(shared) + "variants: [debug]\n";
  EXPECT_TRUE(parse_with_catalog("name: own\ninclude: with\n").variants.empty());
  EXPECT_THAT(parse_with_catalog("name: own\ninclude: with\nvariants: [nonroot]\n").variants,
              ElementsAre(Variant::latest, Variant::nonroot));
}

TEST_F(Include, the_including_recipe_wins) {
  const auto recipe = parse_with_catalog(R"(name: own
include: shared
contents: {packages: [php8.4-fpm, tzdata=2026a-1], mirror: "http://b.example.org/debian"}
accounts: {run-as: app, users: [{username: app, uid: 901}, {username: other, uid: 902}]}
environment: {A: own, B: own}
paths:
  - {path: /etc/more.conf, type: file, content: own}
  - {path: /etc/app.conf, type: file, content: own}
  - {path: /srv/app, type: tree, source: app}
entrypoint: /usr/sbin/php-fpm
cmd: [-F]
volumes: [/more]
)");
  EXPECT_EQ(recipe.name, "own");
  EXPECT_EQ(std::get<DebianSource>(recipe.sources[0].what).mirror, "http://b.example.org/debian");
  std::vector<std::string> packages;
  for (const auto& request : recipe.packages) packages.push_back(request.name + " " + request.place.str());
  EXPECT_THAT(packages,
              ElementsAre("php8.4-cli catalog/shared.yaml:5:14", "tzdata x.yaml:3:35", "php8.4-fpm x.yaml:3:23"));
  EXPECT_EQ(recipe.packages[1].version, "2026a-1");
  EXPECT_EQ(recipe.run_as, "app");
  ASSERT_EQ(recipe.users.size(), 2);
  EXPECT_EQ(recipe.users[0].uid, 901U);
  EXPECT_THAT(recipe.environment, ElementsAre(Pair("A", "own"), Pair("B", "own"), Pair("LANG", "C.UTF-8")));
  std::vector<std::string> paths;
  for (const auto& item : recipe.paths) paths.push_back(item.path.absolute() + " " + item.place.str());
  EXPECT_THAT(paths, ElementsAre("/etc/app.conf x.yaml:8:5", "/srv/app x.yaml:9:5", "/srv/app catalog/shared.yaml:13:5",
                                 "/etc/more.conf x.yaml:7:5"));
  EXPECT_THAT(recipe.entrypoint, ElementsAre("/usr/sbin/php-fpm"));
  EXPECT_THAT(recipe.cmd, ElementsAre("-F"));
  EXPECT_THAT(recipe.volumes, ElementsAre("/data", "/more"));
}

TEST_F(Include, the_including_recipes_cuts_come_last) {
  catalog["cut"] = "include: shared\ncuts: [no-dev, '!no-dev', /a]\n";
  const auto recipe = parse_with_catalog("include: cut\ncuts: [/b, no-dev]\n");
  std::vector<std::string> cuts;
  for (const auto& item : recipe.cuts) cuts.push_back((item.restore ? "!" : "") + item.what + " " + item.place.str());
  EXPECT_THAT(cuts, ElementsAre("!no-dev catalog/cut.yaml:2:16", "/a catalog/cut.yaml:2:27", "/b x.yaml:2:8",
                                "no-dev x.yaml:2:12"));
}

TEST_F(Include, what_the_including_recipe_leaves_out_is_kept) {
  const auto recipe = parse_with_catalog("include: shared\n");
  EXPECT_EQ(recipe.name, "shared");
  EXPECT_THAT(recipe.cmd, ElementsAre("one", "two"));
}

TEST_F(Include, a_file_is_found_beside_the_including_one) {
  write("parts/a.yaml", "include: ../b.yml\npaths: [{path: /a, type: tree, source: a}]\n");
  write("b.yml", "include: shared\npaths: [{path: /b, type: tree, source: b}]\n");
  const auto recipe = parse_with_catalog("name: x\ninclude: parts/a.yaml\n");
  ASSERT_EQ(recipe.paths.size(), 5);
  EXPECT_EQ(recipe.paths[3].source, folder.path() / "b");
  EXPECT_EQ(recipe.paths[3].place.str(), "b.yml:2:9");
  EXPECT_EQ(recipe.paths[4].source, folder.path() / "parts/a");
  EXPECT_EQ(recipe.paths[4].place.str(), "parts/a.yaml:2:9");
}

TEST_F(Include, mistakes_are_named_where_they_stand) {
  write("a.yaml", "name: a\nentripoint: x\n");
  EXPECT_EQ(error("include: a.yaml\n"),
            "error: a.yaml:2:1: unknown key 'entripoint'\n  hint: did you mean 'entrypoint'?\n");
  write("a.yaml", "a: 1\na: 2\n");
  EXPECT_EQ(error("include: a.yaml\n"),
            "error: a.yaml:2:1: the key 'a' stands twice\n"
            "  while reading what x.yaml:1:10 includes\n"
            "  hint: its first place is line 1, column 1\n");
  EXPECT_EQ(error("name: x\ninclude: shared\npaths: [{path: /a, type: directory}, {path: /a, type: directory}]\n"),
            "error: x.yaml:3:38: the path '/a' stands twice\n  hint: its first place is x.yaml:3:9\n");
}

TEST_F(Include, what_is_not_there_is_an_error) {
  EXPECT_EQ(error("include: none.yaml\n"),
            "error: x.yaml:1:10: no file 'none.yaml' to include\n"
            "  hint: it is looked for beside x.yaml; the catalog's recipes are named without .yaml\n");
  EXPECT_EQ(error("include: none\n"),
            "error: x.yaml:1:10: the catalog has no 'none' to include\n"
            "  hint: `debone catalog` lists its recipes; a file is named with its .yaml\n");
  EXPECT_EQ(error("include: [shared]\n"), "error: x.yaml:1:10: 'include' must be a text, not a list\n");
  base::make_directories(folder.path() / "folder.yaml");
  EXPECT_EQ(error("include: folder.yaml\n"), "error: " + (folder.path() / "folder.yaml").string() +
                                                 ": cannot read: Is a directory\n"
                                                 "  while reading what x.yaml:1:10 includes\n");
}

TEST_F(Include, the_catalogs_text_reaches_no_files) {
  catalog["bad"] = "include: a.yaml\n";
  EXPECT_EQ(error("include: bad\n"),
            "error: catalog/bad.yaml:1:10: 'a.yaml' is a file, and the catalog's text has none beside it\n"
            "  while reading what x.yaml:1:10 includes\n"
            "  hint: name a recipe of the catalog, without .yaml\n");
}

TEST_F(Include, a_circle_is_an_error) {
  write("x.yaml", "include: a.yaml\n");
  write("a.yaml", "include: ./b.yaml\n");
  write("b.yaml", "include: a.yaml\n");
  EXPECT_EQ(error("include: a.yaml\n"),
            "error: b.yaml:1:10: includes go round in a circle\n"
            "  while reading what a.yaml:1:10 includes\n"
            "  while reading what x.yaml:1:10 includes\n"
            "  hint: the way is x.yaml, a.yaml, b.yaml, a.yaml\n");
  write("a.yaml", "include: ../" + folder.path().filename().string() + "/x.yaml\n");
  EXPECT_THAT(error("include: a.yaml\n"), testing::HasSubstr("includes go round in a circle"));
}

TEST_F(Include, a_long_chain_is_an_error) {
  for (int i = 1; i < 9; ++i) write(fmt::format("{}.yaml", i), fmt::format("include: {}.yaml\n", i + 1));
  write("9.yaml", shared);
  EXPECT_THAT(error("include: 1.yaml\n"), testing::StartsWith("error: 7.yaml:1:10: a chain of more than 8 includes\n"));
  EXPECT_EQ(error("include: 3.yaml\n"), "no error");
}

}  // namespace
}  // namespace debone::recipe
