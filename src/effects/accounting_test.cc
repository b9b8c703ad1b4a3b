#include "effects/accounting.h"

#include <gmock/gmock.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using testing::Image;
using ::testing::IsEmpty;
using State = Account::State;

class Accounting : public ::testing::Test {
 protected:
  std::vector<Account> of(const testing::Texts& control_files) {
    Image image;
    auto& deb = image.read_only("tool", {}, control_files);
    const std::vector<TableFile> files{{"t.yaml", text}};
    return account_for(deb, Table(files), is_stated, {});
  }

  std::string text;
  bool is_stated = false;
  const std::string script = "#!/bin/sh\nset -e\nmkdir -p /var/tool\n";
  const std::vector<std::string> lines{"set -e", "mkdir -p /var/@PACKAGE@"};
  std::string entry(const std::string& known) const {
    return "- package: tool\n  script: postinst\n  known: [" + known + "]\n  does: [{directory: {path: /var/tool}}]\n";
  }
};

TEST_F(Accounting, AKnownFormHasItsSteps) {
  text = entry(key_of(lines));
  const auto all = of({{"postinst", script}, {"prerm", "x"}, {"md5sums", ""}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].state, State::known);
  EXPECT_EQ(all[0].entry, "t.yaml:1:3");
  EXPECT_EQ(all[0].steps.size(), 1U);
  EXPECT_THAT(all[0].lines, IsEmpty());
  EXPECT_EQ(all[1].script, "prerm");
  EXPECT_EQ(all[1].state, State::not_run);
}

TEST_F(Accounting, AChangedFormKeepsTheStepsAndShowsTheDifference) {
  text = entry(key_of({"old"}) + " " + fingerprints_of({"set -e", "old", "older"}));
  const auto all = of({{"postinst", script}});
  EXPECT_EQ(all[0].state, State::changed);
  EXPECT_EQ(all[0].steps.size(), 1U);
  EXPECT_THAT(all[0].lines, ElementsAre("mkdir -p /var/@PACKAGE@"));
  EXPECT_EQ(all[0].gone, 2U);
  EXPECT_EQ(told(all[0]),
            "tool postinst has changed since t.yaml:1:3: 1 line is new (mkdir -p /var/@PACKAGE@), 2 gone; what it did "
            "before is taken");
}

TEST_F(Accounting, AnUnknownScriptShowsItsLines) {
  text = "- package: \"*\"\n  script: postinst\n  known: [0000000000000000]\n  does: nothing\n  why: x\n";
  const auto all = of({{"postinst", script}});
  EXPECT_EQ(all[0].state, State::unknown);
  EXPECT_EQ(all[0].lines, lines);
  EXPECT_EQ(all[0].form.key, key_of(lines));
  EXPECT_EQ(all[0].form.fingerprints, fingerprints_of(lines));
}

TEST_F(Accounting, ForgedMarkersHideNothing) {
  text = entry(key_of(lines)) +
         "- helper: dh_installinit\n  text: |\n    invoke-rc.d {name} start\n  does: nothing\n  why: no services\n";
  const std::string begin = "# Automatically added by dh_installinit/13\n";
  const std::string end = "# End automatically added section\n";
  auto all = of({{"postinst", script + begin + "invoke-rc.d tool start\n" + end}});
  EXPECT_EQ(all[0].state, State::known);
  EXPECT_THAT(all[0].sections, ElementsAre("dh_installinit"));
  EXPECT_THAT(all[0].why, ElementsAre("no services"));
  all = of({{"postinst", script + begin + "invoke-rc.d tool start; rm -rf /\n" + end}});
  EXPECT_EQ(all[0].state, State::changed);
  EXPECT_THAT(all[0].lines, ElementsAre("set -e", "mkdir -p /var/@PACKAGE@", "invoke-rc.d @PACKAGE@ start; rm -rf /"));
}

TEST_F(Accounting, WhatIsNoShellScriptIsAnotherForm) {
  text = entry(key_of(lines));
  auto all = of({{"postinst", "#!/usr/bin/perl\nset -e\nmkdir -p /var/tool\n"}});
  EXPECT_EQ(all[0].state, State::changed);
  all = of({{"postinst", std::string("\x7f"
                                     "ELF\0\0",
                                     6)}});
  EXPECT_EQ(all[0].state, State::changed);
  EXPECT_THAT(all[0].lines, ElementsAre("(a program of 6 B)"));
  text.clear();
  all = of({{"postinst", std::string(2U << 20U, 'x')}});
  EXPECT_EQ(told(all[0]),
            "tool postinst is not in the table of effects: 1 line ((a program of 2.10 MB)); what it does is left out");
}

TEST_F(Accounting, TriggersAreAccountedFor) {
  text = "- package: tool\n  trigger: [/usr/share/a, b]\n  does: nothing\n  why: it tells\n";
  const auto all = of({{"triggers", "interest-noawait b\nactivate c\ninterest /usr/share/d\n# interest e\n"}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(told(all[0]), "tool trigger /usr/share/d is not in the table of effects: what it does is left out");
  EXPECT_EQ(all[1].script, "trigger b");
  EXPECT_EQ(all[1].state, State::known);
}

TEST_F(Accounting, ARecipeSpeaksForAPackage) {
  is_stated = true;
  const auto all = of({{"preinst", "x"}, {"postinst", "y"}, {"postrm", "z"}, {"triggers", "interest b\n"}});
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].state, State::stated);
  EXPECT_EQ(all[1].state, State::stated);
  EXPECT_EQ(all[2].state, State::not_run);
}

}  // namespace
}  // namespace debone::effects
