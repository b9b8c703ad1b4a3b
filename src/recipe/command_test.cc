#include "recipe/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::recipe {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Command, splits_on_blanks) {
  EXPECT_THAT(split_command("  php-fpm8.4 -F\t-O\n"), Optional(ElementsAre("php-fpm8.4", "-F", "-O")));
  EXPECT_THAT(split_command(" "), Optional(ElementsAre()));
}

TEST(Command, quotes_hold_together) {
  EXPECT_THAT(split_command("a 'b c'\"d e\"f"), Optional(ElementsAre("a", "b cd ef")));
  EXPECT_THAT(split_command("'' \"\""), Optional(ElementsAre("", "")));
  EXPECT_THAT(split_command(R"('a\b"c' "d'e")"), Optional(ElementsAre(R"(a\b"c)", "d'e")));
}

TEST(Command, backslashes_take_the_meaning_away) {
  EXPECT_THAT(split_command(R"(a\ b \'c \\)"), Optional(ElementsAre("a b", "'c", "\\")));
  EXPECT_THAT(split_command(R"("a\"b\\c\n")"), Optional(ElementsAre(R"(a"b\c\n)")));
}

TEST(Command, no_shell_reads_it) {
  EXPECT_THAT(split_command("echo $HOME * | a && b # c"),
              Optional(ElementsAre("echo", "$HOME", "*", "|", "a", "&&", "b", "#", "c")));
}

TEST(Command, what_has_no_end_is_no_command) {
  EXPECT_EQ(split_command("a 'b"), std::nullopt);
  EXPECT_EQ(split_command("a \"b"), std::nullopt);
  EXPECT_EQ(split_command("a \\"), std::nullopt);
}

}  // namespace
}  // namespace debone::recipe
