#include "effects/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr const char* templates =
    "Template: tz/Areas\nType: select\nChoices: Europe, Etc, a\\, b\nChoices-de.UTF-8: Europa\nDefault: Etc\n"
    "Description: Area\n\n"
    "Template: tz/Zones\nType: select\nChoices: ${zones}\nDescription: Zone\n more\n\n"
    "Template: tz/On\nType: boolean\nDefault: true\n\n"
    "Template: tz/Many\nType: multiselect\nChoices: x, y\n\n"
    "Template: tz/Text\nType: string\n";

package::Deb deb_with(const std::string& text) {
  testing::Image image;
  return image.read_only("tz", {}, {{"templates", text}});
}

recipe::DebconfAnswer answer(const std::string& question, const std::string& value) {
  return {question, value, {"x.yaml", 3, 4}};
}

TEST(Answers, AreTheRecipesOrTheTemplatesDefault) {
  EXPECT_THAT(words_of_answers(deb_with(templates), {answer("tz/Zones", "Berlin"), answer("other/x", "y")}),
              ElementsAre(Pair("debconf:tz/Areas", "Etc"), Pair("debconf:tz/On", "true"),
                          Pair("debconf:tz/Zones", "Berlin"), Pair("stated:tz/Zones", "Berlin")));
}

TEST(Answers, MustBeAskedForAndAmongTheChoices) {
  const auto deb = deb_with(templates);
  const auto refused = [&](const std::string& question, const std::string& value) {
    return testing::error_of([&] { require_questions({answer(question, value)}, {&deb}); });
  };
  for (const auto& [question, value] : {std::pair("tz/Areas", "a, b"),
                                        {"tz/Zones", "Anywhere"},
                                        {"tz/On", "false"},
                                        {"tz/Many", "y, x"},
                                        {"tz/Many", ""},
                                        {"tz/Text", "any: thing"}}) {
    EXPECT_EQ(refused(question, value), "(no error)") << question;
  }
  EXPECT_EQ(refused("tz/Areas", "Europ"),
            "error: x.yaml:3:4: 'Europ' is no answer to 'tz/Areas'\n  hint: did you mean 'Europe'?\n");
  EXPECT_EQ(refused("tz/On", "yes"),
            "error: x.yaml:3:4: 'yes' is no answer to 'tz/On'\n"
            "  hint: the answers are true, false\n");
  EXPECT_EQ(refused("tz/Many", "x, zz"),
            "error: x.yaml:3:4: 'zz' is no answer to 'tz/Many'\n"
            "  hint: the answers are x, y\n");
  EXPECT_EQ(refused("tz/Area", "Etc"),
            "error: x.yaml:3:4: no package of the image asks 'tz/Area'\n  hint: did you mean 'tz/Areas'?\n");
}

TEST(Answers, MalformedTemplatesAreRefused) {
  EXPECT_EQ(testing::error_of([] { questions_of(deb_with("Type: select\n")); }),
            "error: no field 'Template' in the stanza\n  while reading the templates of tz__\n");
}

}  // namespace
}  // namespace debone::effects
