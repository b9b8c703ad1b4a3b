#include "recipe/yaml_reader.h"

#include <gtest/gtest.h>

#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

NodePtr read(std::string_view text) {
  return read_yaml(text, std::make_shared<Origin>(Origin{"x.yaml", "/home/user"}));
}

std::string error(std::string_view text) {
  return error_of([&] { read(text); });
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(YamlReader, keeps_values_as_written_and_where) {
  const auto root = read("a: 0o755\nb:\n  - 'x: y'\n  - |\n    two\n    \tlines\n");
  EXPECT_EQ(root->find("a")->text, "0o755");
  EXPECT_FALSE(root->find("a")->quoted);
  EXPECT_EQ(root->find("b")->items[0]->text, "x: y");
  EXPECT_TRUE(root->find("b")->items[0]->quoted);
  EXPECT_EQ(root->find("b")->items[0]->place().str(), "x.yaml:3:5");
  EXPECT_EQ(root->find("b")->items[1]->text, "two\n\tlines\n");
  EXPECT_EQ(root->find("c"), nullptr);
}

TEST(YamlReader, takes_what_editors_write) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a: 1\r\nb: 2\r\n")
                ->find("b")
                ->place()
                .str(),
            "x.yaml:2:4");
  EXPECT_EQ(read("a: \xC3\xA9\n")->find("a")->text, "\xC3\xA9");
  EXPECT_EQ(read("%YAML 1.2\n---\na: 1\n...\n")->find("a")->text, "1");
}

TEST(YamlReader, quotes_may_hold_quotes) {
  EXPECT_EQ(read("a: 'it''s'\n")->find("a")->text, "it's");
  EXPECT_EQ(read("a: \"a \\\" b\\\\\"\n")->find("a")->text, "a \" b\\");
  EXPECT_EQ(read("a: &x \"one\n  two\"\nb: *x\n")->find("b")->text, "one two");
}

TEST(YamlReader, refuses_a_text_without_a_map) {
  constexpr auto empty = "error: x.yaml:1:1: the recipe is empty\n  hint: docs/recipe.md describes its keys\n";
  EXPECT_EQ(error(""), empty);
  EXPECT_EQ(error("# nothing\n"), empty);
  EXPECT_EQ(error("---\n"), empty);
  EXPECT_EQ(error("- a\n"), "error: x.yaml:1:1: a recipe is a map of keys, such as 'name: php-fpm'\n");
  EXPECT_EQ(error("php-fpm\n"), "error: x.yaml:1:1: a recipe is a map of keys, such as 'name: php-fpm'\n");
}

TEST(YamlReader, refuses_bytes_that_are_no_text) {
  constexpr auto hint = "  hint: a recipe is UTF-8 text without control characters\n";
  using std::string_literals::operator""s;
  EXPECT_EQ(error("a: 1\nb: \xFF\n"), "error: x.yaml:2:4: the byte 0xff does not belong into a recipe\n"s + hint);
  EXPECT_EQ(error("a: \x1B[31m\n"), "error: x.yaml:1:4: the byte 0x1b does not belong into a recipe\n"s + hint);
  EXPECT_EQ(error("a: \0\n"s), "error: x.yaml:1:4: the byte 0x00 does not belong into a recipe\n"s + hint);
  EXPECT_EQ(error("a: b\rc: d\n"), "error: x.yaml:1:5: the byte 0x0d does not belong into a recipe\n"s + hint);
  EXPECT_EQ(error("a\xC3: b\n"), "error: x.yaml:1:2: the byte 0xc3 does not belong into a recipe\n"s + hint);
  // U+202E turns the direction of text around, so that a reader sees another recipe than debone.
  EXPECT_EQ(error("a: \xE2\x80\xAE"
                  "b\n"),
            "error: x.yaml:1:4: the byte 0xe2 does not belong into a recipe\n"s + hint);
  EXPECT_EQ(error(std::string(largest_text + 1, ' ')), "error: x.yaml: larger than the 1048576 bytes allowed here\n");
}

TEST(YamlReader, names_what_yaml_cpp_met) {
  EXPECT_EQ(error("a: b: c\n"),
            "error: x.yaml:1:5: this is not YAML: illegal map value\n"
            "  hint: a text that holds ': ' needs quotes, and the keys of one map stand in one column\n");
  EXPECT_EQ(error("a: [b, c\n"), "error: x.yaml:2:1: this is not YAML: end of sequence flow not found\n");
  EXPECT_EQ(error("a: *none\n").substr(0, 70),
            "error: x.yaml:1:4: this is not YAML: the referenced anchor is not defi");
}

TEST(YamlReader, names_a_tab_in_the_indentation) {
  constexpr auto hint = ": a tab in the indentation\n  hint: YAML is indented with spaces\n";
  using std::string_literals::operator""s;
  EXPECT_EQ(error("a:\n\tb: 1\n"), "error: x.yaml:2:1"s + hint);
  EXPECT_EQ(error("a:\n  \tb: 1\n"), "error: x.yaml:2:3"s + hint);
  EXPECT_EQ(error("a:\n  - x\n\t- y\n"), "error: x.yaml:3:1"s + hint);
}

TEST(YamlReader, refuses_what_yaml_cpp_lets_pass) {
  EXPECT_EQ(error("a: 1\nb: {c: 1, c: 2}\n"),
            "error: x.yaml:2:11: the key 'c' stands twice\n  hint: its first place is line 2, column 5\n");
  EXPECT_EQ(error("a: 1\n---\nb: 2\n"),
            "error: x.yaml:2:1: a second document begins here\n  hint: a recipe is one YAML document\n");
  EXPECT_EQ(error("a: 'x\n"), "error: x.yaml:1:4: the quote ' that begins here is not closed\n");
  EXPECT_EQ(error("a: &n \"x \\\"\n"), "error: x.yaml:1:4: the quote \" that begins here is not closed\n");
  EXPECT_EQ(error("a: &n | # it's open\n  x\nb: &m\n  'y'\n"), "no error");
  EXPECT_EQ(error("a: 1\nb: !!str 2\n"),
            "error: x.yaml:2:4: a tag, which recipes do not use\n"
            "  hint: remove the word that begins with '!', or quote it\n");
  EXPECT_EQ(error("? [a]\n: b\n"), "error: x.yaml:1:3: a key must be a text\n");
  EXPECT_EQ(error(": b\n").substr(0, 40), "error: x.yaml:1:1: a key must be a text\n");
}

TEST(YamlReader, stops_what_would_grow_without_end) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    laughs +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(before + " , ", 9) + before + " ]\n";
  }
  EXPECT_EQ(error(laughs), "error: x.yaml:5:10: more than 20000 values, those that aliases repeat counted\n");
  EXPECT_EQ(error("a: &a " + std::string(300'000, 'x') + "\nb: [*a , *a , *a ]\n"),
            "error: x.yaml:2:15: more than 1048576 bytes of text, what aliases repeat counted\n");
  EXPECT_EQ(error("a: &a [b, *a ]\n"), "error: x.yaml:1:11: an alias stands inside the very value it names\n");
  EXPECT_EQ(error("a:\n" + repeated("- b\n", 20'000)),
            "error: x.yaml:19999:3: more than 20000 values, those that aliases repeat counted\n");
}

TEST(YamlReader, stops_what_is_nested_too_deep) {
  EXPECT_EQ(error("a: " + repeated("[", 23) + repeated("]", 23) + "\n"), "no error");
  EXPECT_EQ(error("a: " + repeated("[", 24) + repeated("]", 24) + "\n"),
            "error: x.yaml:1:27: nested deeper than 24 levels\n");
  EXPECT_EQ(error("a: " + repeated("{a: ", 100'000)), "error: x.yaml:1:96: nested deeper than 24 levels\n");
  EXPECT_EQ(error("a: &a " + repeated("[", 20) + repeated("]", 20) + "\nb: [[[[*a ]]]]\n"),
            "error: x.yaml:2:8: nested deeper than 24 levels\n");
  EXPECT_EQ(error("a: &a " + repeated("[", 20) + repeated("]", 20) + "\nb: [[[*a ]]]\n"), "no error");
}

}  // namespace
}  // namespace debone::recipe
