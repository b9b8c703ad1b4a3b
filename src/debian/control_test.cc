#include "debian/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::debian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string message_for(std::string_view text) {
  try {
    Stanza::parse(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Exit::trust);
    EXPECT_EQ(error.place(), "");
    return error.message();
  }
  return "accepted";
}

TEST(Stanza, FindsFieldsWhateverTheirCase) {
  const auto stanza = Stanza::parse("Package: hello\nVERSION:2.10\nEmpty:\nBlanks:   a b\t \n");
  EXPECT_EQ(stanza.find("package"), "hello");
  EXPECT_EQ(stanza.find("Version"), "2.10");
  EXPECT_EQ(stanza.find("empty"), "");
  EXPECT_EQ(stanza.find("Blanks"), "a b");
  EXPECT_EQ(stanza.find("Pack"), std::nullopt);
  EXPECT_EQ(stanza.require("PACKAGE"), "hello");
  EXPECT_EQ(stanza.fields().size(), 4U);
  EXPECT_EQ(stanza.fields()[1].name, "VERSION");
  EXPECT_EQ(stanza.text(), "Package: hello\nVERSION:2.10\nEmpty:\nBlanks:   a b\t ");
}

TEST(Stanza, NamesTheFieldThatIsMissing) {
  try {
    Stanza::parse("A: b").require("Package");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "no field 'Package' in the stanza");
  }
}

TEST(Stanza, KeepsContinuationLinesAsTheyStand) {
  const auto stanza = Stanza::parse("Description: short\n long one\n .\n\ttabbed  \nFiles:\n a\n b\nLast: x");
  EXPECT_EQ(stanza.find("Description"), "short\n long one\n .\n\ttabbed");
  EXPECT_EQ(stanza.find("Files"), "a\n b");
  EXPECT_THAT(value_lines(*stanza.find("Description")), ElementsAre("short", "long one", ".", "tabbed"));
  EXPECT_THAT(value_lines(*stanza.find("Files")), ElementsAre("a", "b"));
  EXPECT_EQ(stanza.find("Last"), "x");
}

TEST(Stanza, PassesOverComments) {
  const auto stanza = Stanza::parse("# first\nA: b\n#C: d\nE: f");
  EXPECT_EQ(stanza.fields().size(), 2U);
}

TEST(Stanza, TakesCarriageReturnsForBlanks) {
  const auto stanza = Stanza::parse("A: b\r\nC:\r\n d\r\n");
  EXPECT_EQ(stanza.find("A"), "b");
  EXPECT_EQ(stanza.find("C"), "d");
}

TEST(Stanza, MayBeEmpty) {
  for (const std::string_view text : {"", "\n\n"}) {
    const auto stanza = Stanza::parse(text);
    EXPECT_THAT(stanza.fields(), IsEmpty());
  }
}

TEST(Stanza, RefusesWhatIsNone) {
  EXPECT_EQ(message_for("A: b\nno colon here"), "line 'no colon here' is neither a field nor a continuation");
  EXPECT_EQ(message_for("A b: c"), "line 'A b: c' is neither a field nor a continuation");
  EXPECT_EQ(message_for(": c"), "line ': c' is neither a field nor a continuation");
  EXPECT_EQ(message_for("-A: c"), "line '-A: c' is neither a field nor a continuation");
  EXPECT_EQ(message_for("\xc3\xa4: c"), "line '\xc3\xa4: c' is neither a field nor a continuation");
  EXPECT_EQ(message_for(" continued\nA: b"), "continuation line ' continued' before any field");
  EXPECT_EQ(message_for("A: b\nB: c\na: d"), "field 'a' stands twice in the stanza");
  EXPECT_EQ(message_for("A: b\n \nC: d"), "blank line inside a stanza");
  EXPECT_EQ(message_for("A: b\n\nC: d"), "blank line inside a stanza");
  EXPECT_EQ(message_for(std::string_view("A: b\0c", 6)), "control character 0x00 in the stanza");
  EXPECT_EQ(message_for("A: \x1b[31m"), "control character 0x1b in the stanza");
  EXPECT_EQ(message_for("A: \x7f"), "control character 0x7f in the stanza");
}

TEST(Stanza, RefusesManyFieldsSoon) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "F" + std::to_string(i) + ": x\n";
  EXPECT_EQ(message_for(text), "more than 1000 fields in the stanza");
}

TEST(SplitStanzas, DividesAtBlankLines) {
  EXPECT_THAT(split_stanzas("A: 1\nB: 2\n\nC: 3\n"), ElementsAre("A: 1\nB: 2", "C: 3"));
  EXPECT_THAT(split_stanzas("\n\n \nA: 1\n \t\n\n\nC: 3"), ElementsAre("A: 1", "C: 3"));
  EXPECT_THAT(split_stanzas("A: 1\r\n\r\nB: 2\r\n"), ElementsAre("A: 1\r", "B: 2\r"));
  EXPECT_THAT(split_stanzas(""), IsEmpty());
  EXPECT_THAT(split_stanzas("\n \n"), IsEmpty());
}

}  // namespace
}  // namespace debone::debian
