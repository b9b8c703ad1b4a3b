// What the documentation and the catalog show is read here, so that neither can go stale.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "recipe/load.h"
#include "recipe/test_support.h"
#include "recipe/yaml_reader.h"

namespace debone::recipe {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;

const fs::path source_folder = DEBONE_SOURCE_DIR;

std::optional<std::string> from_catalog(std::string_view name) {
  const auto file = source_folder / "catalog" / (std::string(name) + ".yaml");
  if (!fs::exists(file)) return std::nullopt;
  return base::read_file(file, largest_text);
}

// A fenced block of a Markdown page.
struct Block {
  std::string kind;  // what stands after the fence: "yaml", "yaml mistake", "text"
  std::string text;
  std::size_t line = 0;
};

std::vector<Block> blocks_of(const fs::path& page) {
  std::vector<Block> blocks;
  const auto markdown = base::read_file(page, largest_text);
  bool inside = false;
  std::size_t number = 0;
  for (const auto line : base::lines(markdown)) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({std::string(line.substr(3)), "", number});
    } else if (inside) {
      blocks.back().text += std::string(line) + "\n";
    }
  }
  return blocks;
}

bool has_key(std::string_view text, std::string_view key) {
  return std::ranges::any_of(base::lines(text), [&](std::string_view line) { return line.starts_with(key); });
}

TEST(Documentation, its_examples_are_recipes) {
  int examples = 0;
  for (const auto& block : blocks_of(source_folder / "docs/recipe.md")) {
    if (block.kind != "yaml") continue;
    ++examples;
    auto text = block.text;  // some show single keys
    if (!has_key(text, "name:")) text += "name: example\n";
    if (!has_key(text, "contents:")) text += "contents: {sources: [{debian: trixie}], packages: [libc6]}\n";
    EXPECT_EQ(error_of([&] { parse(text, "x.yaml", "/home/user", from_catalog); }), "no error")
        << "docs/recipe.md:" << block.line;
  }
  EXPECT_GT(examples, 10);
}

TEST(Documentation, its_mistakes_give_their_messages) {
  const auto blocks = blocks_of(source_folder / "docs/recipe.md");
  int mistakes = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].kind != "yaml mistake") continue;
    ++mistakes;
    ASSERT_LT(i + 1, blocks.size());
    EXPECT_EQ(error_of([&] { parsed(blocks[i].text); }), blocks[i + 1].text) << "docs/recipe.md:" << blocks[i].line;
  }
  EXPECT_GT(mistakes, 5);
}

TEST(Catalog, its_recipes_are_recipes_on_disk_and_embedded) {
  int recipes = 0;
  const auto folder = source_folder / "catalog";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().lexically_relative(folder);
    if (!entry.is_regular_file() || *name.begin() == "include") continue;
    ++recipes;
    EXPECT_EQ(error_of([&] { load(entry.path(), from_catalog); }), "no error");
    const auto text = base::read_file(entry.path(), largest_text);
    EXPECT_EQ(error_of([&] {
                const auto recipe = parse(text, "catalog/" + name.string(), "", from_catalog);
                EXPECT_EQ(recipe.name, name.stem().string());
              }),
              "no error");
  }
  EXPECT_GE(recipes, 4);
}

TEST(Catalog, php_fpm_has_its_packages_and_runs_as_www_data) {
  for (const auto& [name, version] : {std::pair("php-fpm", "8.4"), std::pair("bookworm/php-fpm", "8.2")}) {
    const auto recipe = parse(*from_catalog(name), "x.yaml", "", from_catalog);
    const std::string php = std::string("php") + version;
    std::vector<std::string> packages;
    for (const auto& request : recipe.packages) packages.push_back(request.name);
    std::ranges::sort(packages);
    EXPECT_THAT(packages, ElementsAre("base-passwd", "ca-certificates", "netbase", "openssl", php + "-cli",
                                      php + "-common", php + "-fpm", php + "-gd", php + "-mbstring", php + "-mysql",
                                      php + "-opcache", php + "-readline", php + "-xml", "tzdata"));
    EXPECT_THAT(recipe.entrypoint, ElementsAre(std::string("/usr/sbin/php-fpm") + version, "-F", "-O"));
    EXPECT_EQ(recipe.run_as, "www-data");
    EXPECT_EQ(recipe.stop_signal, "SIGQUIT");
    EXPECT_THAT(recipe.ports, ElementsAre("9000/tcp"));
    EXPECT_THAT(recipe.environment, ElementsAre(Pair("LANG", "C.UTF-8")));
  }
}

}  // namespace
}  // namespace debone::recipe
