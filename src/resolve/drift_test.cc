#include "resolve/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/load.h"

namespace debone::resolve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view recipe_text = R"(name: app
contents:
  sources:
    - {debian: trixie}
    - {name: vendor, url: "http://a.example.org/", suite: stable, components: [main], key: k.gpg}
    - {deb: ./tool_1.0_all.deb}
  packages: [hello, tool, nginx=1.0]
keep: {perl: for its sake}
archs: [amd64]
)";

recipe::Recipe recipe_of(std::string text) { return recipe::parse(text, "app.yaml", "/home/user", nullptr); }

// What a lock of that recipe records of it.
Lock lock_of(const recipe::Recipe& recipe) {
  Lock lock;
  lock.inputs = inputs_of(recipe);
  LockedPackage package;
  package.name = "tool", package.version = "1.0", package.architecture = "all", package.reason = "the recipe names it";
  package.state = LockedState::left_out;
  package.from = "./tool_1.0_all.deb";
  lock.architectures.push_back(
      {.name = "amd64", .packages = {package}, .unresolved = {}, .apt_packages = 1, .place = {}});
  return parse_lock(text_of(lock), "app.lock");
}

// The drift of a recipe in which `from` was replaced since it was locked.
std::vector<std::string> after(const std::string& from, const std::string& to) {
  const auto lock = lock_of(recipe_of(std::string(recipe_text)));
  auto text = std::string(recipe_text);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  std::vector<std::string> lines;
  for (const auto& one : drift(recipe_of(text.replace(at, from.size(), to)), lock)) {
    lines.push_back(one.place + ": " + one.what);
  }
  return lines;
}

TEST(Drift, ThereIsNoneWhereNothingThatDecidesChanged) {
  EXPECT_THAT(after("hello", "hello"), IsEmpty());
  EXPECT_THAT(after("[hello, tool, nginx=1.0]", "[tool, nginx=1.0, hello]"), IsEmpty());
  EXPECT_THAT(after("a.example.org", "b.example.org"), IsEmpty());
  EXPECT_THAT(after("k.gpg", "other.gpg"), IsEmpty());
  EXPECT_THAT(after("for its sake", "for another reason"), IsEmpty());
  EXPECT_THAT(after("archs: [amd64]\n", "environment: {LANG: C}\n"), IsEmpty());
}

TEST(Drift, OfPackages) {
  EXPECT_THAT(after("[hello,", "[hello, zstd,"), ElementsAre("app.yaml:7:21: 'zstd' is not in app.lock"));
  EXPECT_THAT(after("[hello,", "["), ElementsAre("app.lock:10:5: 'hello' is no longer in app.yaml"));
  EXPECT_THAT(after("nginx=1.0", "nginx"),
              ElementsAre("app.yaml:7:27: 'nginx' stands as 'nginx=1.0' in app.lock:11:5"));
  EXPECT_THAT(after("perl:", "perl-base:"), ElementsAre("app.yaml:8:8: 'perl-base' of 'keep' is not in app.lock",
                                                        "app.lock:14:5: 'perl' of 'keep' is no longer in app.yaml"));
  EXPECT_THAT(after("archs:", "exclude: {perl-base: no}\narchs:"),
              ElementsAre("app.yaml:9:11: 'perl-base' of 'exclude' is not in app.lock"));
}

TEST(Drift, OfSources) {
  EXPECT_THAT(after("{debian: trixie}", "{debian: bookworm}"),
              ElementsAre("app.yaml:4:7: '{debian: bookworm, components: [main]}' is not in app.lock",
                          "app.lock:6:5: '{debian: trixie, components: [main]}' is no longer in app.yaml"));
  EXPECT_THAT(after("{debian: trixie}", "{debian: trixie, components: [main, contrib]}"),
              ElementsAre("app.yaml:4:7: '{debian: trixie, components: [main, contrib]}' stands as '{debian: trixie, "
                          "components: [main]}' in app.lock:6:5"));
  EXPECT_THAT(after("key: k.gpg", "key: {file: k.gpg, fingerprint: 3D1A0346C8E1802F774AEF21DE8B853FC155581D}"),
              ElementsAre("app.yaml:5:7: '{name: vendor, suite: stable, components: [main], key: "
                          "3D1A0346C8E1802F774AEF21DE8B853FC155581D}' stands as '{name: vendor, suite: stable, "
                          "components: [main]}' in app.lock:7:5"));
  EXPECT_THAT(after("    - {debian: trixie}\n", "    - {deb: ./tool_1.1_all.deb}\n    - {debian: trixie}\n"),
              ElementsAre("app.yaml:4:7: '{deb: ./tool_1.1_all.deb}' is not in app.lock"));
  EXPECT_THAT(after("    - {deb: ./tool_1.0_all.deb}\n", ""),
              ElementsAre("app.lock:8:5: '{deb: ./tool_1.0_all.deb}' is no longer in app.yaml"));
  const auto lock = lock_of(recipe_of(std::string(recipe_text)));
  auto swapped = recipe_of(std::string(recipe_text));
  std::swap(swapped.sources[0], swapped.sources[2]);
  ASSERT_EQ(drift(swapped, lock).size(), 1U);
  EXPECT_EQ(drift(swapped, lock)[0].what, "the sources stand in another order in app.lock");
}

TEST(Drift, OfWhatDecidesALeanClosure) {
  EXPECT_THAT(after("archs: [amd64]\n", "cmd: [/usr/bin/tool, run]\n"),
              ElementsAre("app.yaml: it starts '/usr/bin/tool', and nothing in app.lock"));
  auto recipe = recipe_of(std::string(recipe_text) + "entrypoint: {command: [/usr/bin/tool, run]}\n");
  recipe.cuts = {{"no-docs", false, {"app.yaml", 11, 8}}, {"/usr/share/tool/**", true, {"app.yaml", 11, 17}}};
  const auto lock = lock_of(recipe);
  recipe.entrypoint.back() = "stop";
  recipe.cmd = {"now"};
  EXPECT_TRUE(drift(recipe, lock).empty());
  std::swap(recipe.cuts[0], recipe.cuts[1]);
  ASSERT_EQ(drift(recipe, lock).size(), 1U);
  EXPECT_EQ(drift(recipe, lock)[0].place, "app.yaml:11:17");
  EXPECT_EQ(drift(recipe, lock)[0].what, "the cuts stand in another order in app.lock");
  recipe.entrypoint = {"/usr/bin/other"};
  recipe.cuts[0].restore = false;
  const auto found = drift(recipe, lock);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].what, "it starts '/usr/bin/other', and '/usr/bin/tool' in app.lock:15:9");
  EXPECT_EQ(found[1].what, "'/usr/share/tool/**' of 'cuts' is not in app.lock");
  EXPECT_EQ(found[2].place, "app.lock:18:5");
  EXPECT_EQ(found[2].what, "'!/usr/share/tool/**' of 'cuts' is no longer in app.yaml");
  recipe.closure = recipe::ClosureMode::full;
  EXPECT_TRUE(inputs_of(recipe).starts.empty());
  EXPECT_TRUE(inputs_of(recipe).cuts.empty());
}

TEST(Drift, OfAccountsThatTheRecipeStates) {
  EXPECT_THAT(
      after("archs: [amd64]", "accounts: {users: [{username: app, uid: 7}], groups: [{groupname: app, gid: 7}]}"),
      ElementsAre("app.yaml: the user 'app' (7) is not in app.lock",
                  "app.yaml: the group 'app' (7) is not in app.lock"));
  auto recipe = recipe_of(std::string(recipe_text));
  auto lock = lock_of(recipe);
  lock.users.push_back({"app", 8, {"app.lock", 20, 5}});
  recipe.effects.push_back({.package = "tool", .users = {}, .groups = {}, .paths = {}, .place = {"app.yaml", 9, 3}});
  recipe.effects[0].users.push_back({"app", 7, 7, "/", "/bin/false", ""});
  ASSERT_EQ(drift(recipe, lock).size(), 1U);
  EXPECT_EQ(drift(recipe, lock)[0].place, "app.yaml:9:3");
  EXPECT_EQ(drift(recipe, lock)[0].what, "the user 'app' has the number 7, and 8 in app.lock:20:5");
  recipe.effects[0].users[0].uid = 8;
  EXPECT_TRUE(drift(recipe, lock).empty());
}

TEST(Drift, OfTheRest) {
  EXPECT_THAT(after("name: app", "name: other"),
              ElementsAre("app.yaml: its name is 'other', and 'app' in app.lock:3:7"));
  EXPECT_THAT(after("keep: {perl: for its sake}", "closure: full"),
              ElementsAre("app.yaml: the closure is full, and lean in app.lock:4:10",
                          "app.lock:14:5: 'perl' of 'keep' is no longer in app.yaml"));
  EXPECT_THAT(after("[amd64]", "[arm64]"), ElementsAre("app.yaml: app.lock has no packages for arm64",
                                                       "app.lock:16:3: amd64 is no longer in 'archs' of app.yaml"));
}

}  // namespace
}  // namespace debone::resolve
