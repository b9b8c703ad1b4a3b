#include "init/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::init {
namespace {

using testing::ElementsAre;

std::string refusal(std::string_view text) {
  try {
    sections_of(text, "init.conf");
  } catch (const ConfigFailure& failure) {
    return failure.message;
  }
  return "accepted";
}

TEST(Sections, ReadsHeadsKeysAndWords) {
  const auto sections =
      sections_of("# c\n\n[init]\nlog = json\n[step a-1]\n\tcommand =  sh -c \"a \\\"b\\\" \\\\ \\n\\t\"  ''\n", "x");
  ASSERT_EQ(sections.size(), 2);
  EXPECT_EQ(sections[0].kind, "init");
  EXPECT_EQ(sections[0].place.line, 3);
  EXPECT_EQ(sections[1].name, "a-1");
  EXPECT_THAT(sections[1].entries[0].words, ElementsAre("sh", "-c", "a \"b\" \\ \n\t", "''"));
  EXPECT_EQ(sections[1].entries[0].place.line, 6);
}

TEST(Sections, RefusesWithTheLine) {
  EXPECT_EQ(refusal("log = json\n"), "init.conf:1: 'log' stands in no section");
  EXPECT_EQ(refusal("\n[init\n"), "init.conf:2: a section's head is [KIND] or [KIND NAME]");
  EXPECT_EQ(refusal("[]\n"), "init.conf:1: a section's head is [KIND] or [KIND NAME]");
  EXPECT_EQ(refusal("[step A]\n"), "init.conf:1: 'A' is no name: a-z, 0-9 and - are its letters, 64 at most");
  EXPECT_EQ(refusal("[init]\n[init]\n"), "init.conf:2: the same section as in line 1");
  EXPECT_EQ(refusal("[init]\nlog json\n"), "init.conf:2: neither [SECTION] nor KEY = VALUE");
  EXPECT_EQ(refusal("[init]\n= json\n"), "init.conf:2: '' is no key");
  EXPECT_EQ(refusal("[init]\nlog =\n"), "init.conf:2: 'log' has no value");
  EXPECT_EQ(refusal("[init]\nlog = text\nlog = json\n"), "init.conf:3: 'log' stands in line 2 too");
  EXPECT_EQ(refusal("[init]\nlog = json # here\n"),
            "init.conf:2: a comment has a line of its own; quote a word that begins with '#'");
  EXPECT_EQ(refusal("[init]\nlog = \"json\n"), "init.conf:2: a quote is not closed");
  EXPECT_EQ(refusal("[init]\nlog = \"js\"on\n"), "init.conf:2: a blank is missing behind a quote");
  EXPECT_EQ(refusal("[init]\nlog = \"\\x\"\n"), "init.conf:2: a backslash in quotes comes before \", \\, n or t alone");
  EXPECT_EQ(refusal("[init]\nlog = a\"b\n"), "init.conf:2: a word with a quote or a backslash stands in quotes: a\"b");
  EXPECT_EQ(refusal("[init]\r\nlog = json\r\n"), "init.conf:1: a control character");
  EXPECT_EQ(refusal(std::string("[init]\nlog = a\0b\n", 17)), "init.conf:2: a control character");
  EXPECT_EQ(refusal(std::string(largest_config + 1, 'x')), "init.conf: over 1 MiB");
}

TEST(Sections, QuotesWhatWordsReadBack) {
  EXPECT_EQ(written_word("/usr/bin/php-fpm"), "/usr/bin/php-fpm");
  EXPECT_EQ(written_word("tcp://${A:-b}:1"), "tcp://${A:-b}:1");
  for (const std::string word : {"", "#", "a b", "a\tb\n", "\"", "\\n", "=", "[x]", "\xc3\xa9"}) {
    EXPECT_THAT(words_of(written_word(word), {}), ElementsAre(word));
  }
}

}  // namespace
}  // namespace debone::init
