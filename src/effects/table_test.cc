#include "effects/table.h"

#include <gmock/gmock.h>

#include <deque>
#include <filesystem>

#include "base/file.h"
#include "effects/effects.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using testing::error_of;

std::string mistake_in(std::string_view text) {
  const std::vector<TableFile> files{{"t.yaml", text}};
  return error_of([&] { Table(files).check(is_finisher); });
}

TEST(Table, TheProgramsOwnIsWithoutMistake) {
  const auto folder = std::filesystem::path(DEBONE_SOURCE_DIR) / "effects";
  std::deque<std::string> texts;
  std::vector<TableFile> files;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    const auto& name = texts.emplace_back("effects/" + path.filename().string());
    const auto& text = texts.emplace_back(base::read_file(path, 1U << 24U));
    files.push_back({name, text});
  }
  const Table table(files);
  EXPECT_EQ(error_of([&] { table.check(is_finisher); }), "(no error)");
  EXPECT_FALSE(table.entries("libc-bin").empty());
  EXPECT_FALSE(table.templates("dh_installsystemd").empty());
  // Numbers are for ever.
  EXPECT_EQ(table.id("systemd-network"), 998U);
  EXPECT_EQ(table.id("mysql"), 117U);
  EXPECT_EQ(table.id("nobody-has-it"), std::nullopt);
}

TEST(Table, NamesComeBeforePatterns) {
  constexpr std::string_view text = R"(# a comment
- package: "*"
  script: postinst
  known: [0000000000000001]
  does: nothing
  why: any
- package: php*
  script: postinst
  known: [0000000000000002 abcd]
  does: nothing
  why: pattern
- package: [php-gd, php-xml]
  script: postinst
  known:
    - 0000000000000003
  does:
    - finisher: php
)";
  const std::vector<TableFile> files{{"t.yaml", text}};
  const Table table(files);
  std::vector<std::string> places;
  for (const auto& entry : table.entries("php-xml")) places.push_back(entry.place.str());
  EXPECT_THAT(places, ElementsAre("t.yaml:12:3", "t.yaml:7:3", "t.yaml:2:3"));
  EXPECT_EQ(table.entries("perl").size(), 1U);
  EXPECT_EQ(table.entries("php-xml")[1].known[0].fingerprints, "abcd");
}

TEST(Table, TellsWhatIsMalformed) {
  EXPECT_EQ(mistake_in("- package: x\n  script: prerm\n  known: [0000000000000001]\n  does: nothing\n  why: x\n"),
            "error: t.yaml:2:11: 'script' cannot be 'prerm'\n  hint: choose from 'config', 'postinst' and 'preinst'\n");
  EXPECT_EQ(mistake_in("\n- package: x\n  script: postinst\n  known: [1]\n  does: nothing\n  why: x\n"),
            "error: t.yaml:4:11: '1' is no form of a script\n"
            "  hint: it is 16 hex digits and the fingerprints of its lines, as `debone scripts` prints them\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  does: nothing\n"),
            "error: t.yaml:1:3: nothing is done, and 'why' is not said\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  does: much\n"),
            "error: t.yaml:3:9: 'does' is 'much'\n  hint: it is a list of steps, or `nothing`\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  does: [{directroy: {path: /x}}]\n"),
            "error: t.yaml:3:11: unknown step 'directroy'\n  hint: did you mean 'directory'?\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  does: [{directory: {path: ../x}}]\n"),
            "error: t.yaml:3:29: 'path' must be an absolute path, not '../x'\n"
            "  hint: '..' is not allowed, nor are names over 255 bytes\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  does: [{finisher: magic}]\n"),
            "error: t.yaml:3:9: no finisher 'magic'\n");
  EXPECT_EQ(mistake_in("- package: x\n  trigger: y\n  script: postinst\n  does: nothing\n  why: x\n"),
            "error: t.yaml:1:3: an entry is of a script or of triggers, not of both\n");
}

TEST(Table, TellsOfEntriesThatContradictEachOther) {
  EXPECT_EQ(mistake_in("- package: x\n  script: postinst\n  known: [0000000000000001]\n  does: nothing\n  why: x\n"
                       "- package: [y, x]\n  script: postinst\n  known: [0000000000000001]\n"
                       "  does: [{finisher: php}]\n"),
            "error: t.yaml:6:3: postinst 0000000000000001 of 'x' stands at t.yaml:1:3 already\n");
  EXPECT_EQ(mistake_in("- account: a\n  id: 101\n- account: b\n  id: 101\n"),
            "error: t.yaml:3:1: number 101 stands at t.yaml:1:1 already\n");
}

TEST(Table, TellsOfPatternsThatFitOneName) {
  const auto two = [](std::string_view first, std::string_view second, std::string_view key = "0000000000000001") {
    return mistake_in(
        fmt::format("- package: {}\n  script: postinst\n  known: [0000000000000001]\n  does: nothing\n  why: x\n"
                    "- package: {}\n  script: postinst\n  known: [{}]\n  does: [{{finisher: php}}]\n",
                    first, second, key));
  };
  constexpr std::string_view hint =
      "  hint: of two patterns that fit a name the longer one counts; these are of one length\n";
  EXPECT_EQ(two("php8*", "php*i"),
            fmt::format("error: t.yaml:6:3: postinst 0000000000000001 of 'php*i' may be that of 'php8*' at t.yaml:1:3 "
                        "too\n{}",
                        hint));
  EXPECT_EQ(mistake_in("- package: \"*-x\"\n  trigger: [a, b]\n  does: nothing\n  why: x\n"
                       "- package: [z, y-*]\n  trigger: b\n  does: [{finisher: php}]\n"),
            fmt::format("error: t.yaml:5:3: trigger b of 'y-*' may be that of '*-x' at t.yaml:1:3 too\n{}", hint));
  EXPECT_EQ(two("php*", "php8*"), "(no error)");  // the longer counts
  EXPECT_EQ(two("php8*", "php-8"), "(no error)");
  EXPECT_EQ(two("php8*", "php7*"), "(no error)");
  EXPECT_EQ(two("php8*", "php*i", "0000000000000002"), "(no error)");
}

TEST(Table, PatternsOverlap) {
  for (const auto& [one, other] :
       {std::pair{"a*c", "ab*"}, {"*", "x"}, {"*", "*"}, {"a*", "*a"}, {"a*b*", "*ba"}, {"", "*"}})
    EXPECT_TRUE(overlap(std::string_view(one), std::string_view(other))) << one << " and " << other;
  for (const auto& [one, other] : {std::pair{"a*", "b*"}, {"a*x", "a*y"}, {"ab*", "a"}, {"", "x"}})
    EXPECT_FALSE(overlap(std::string_view(one), std::string_view(other))) << one << " and " << other;
}

std::string mistake_of_sections(std::string_view first, std::string_view second) {
  return mistake_in(
      fmt::format("- helper: dh_x\n  text: '{}'\n  does: nothing\n  why: x\n"
                  "- helper: dh_x\n  {}\n  does: [{{finisher: php}}]\n"
                  "- helper: dh_y\n  text: '{}'\n  does: nothing\n  why: x\n",
                  first, second, first));
}

TEST(Table, TellsOfTemplatesThatFitOneSection) {
  const std::string told = "error: t.yaml:5:3: a section of dh_x may fit this and the template at t.yaml:1:3\n";
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: 'rm /etc/{name}'"), told);
  EXPECT_EQ(mistake_of_sections("rm {paths...} || true", "text: 'rm {a} {b} || true'"), told);
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: |\n    mv {a} {b}\n    rm {a}\n  each-line: true"), told);
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: 'rm -f {path}'"), "(no error)");
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: 'rm {a} {b}'"), "(no error)");
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: 'mv {path}'"), "(no error)");
  EXPECT_EQ(mistake_of_sections("rm {path}", "text: |\n    mv {a} {b}\n  each-line: true"), "(no error)");
}

std::optional<Words> matched(std::string text, std::string_view section) {
  return match({"dh_x", std::move(text), false, nullptr, "", {}}, section);
}

TEST(SectionTemplate, PlaceholdersStandForPlainWords) {
  EXPECT_EQ(matched("unmask '{unit}' || true", "unmask 'a@b.service' || true"), (Words{{"unit", "a@b.service"}}));
  EXPECT_EQ(matched("create {confs...} || true", "create a.conf b.conf || true"), (Words{{"confs", "a.conf b.conf"}}));
  EXPECT_EQ(matched("{a} {b}", "x y"), (Words{{"a", "x"}, {"b", "y"}}));
  EXPECT_EQ(matched("{a}.conf", "x.conf.conf"), (Words{{"a", "x.conf"}}));
  EXPECT_EQ(matched("rm {path} {v} -- \"$@\"", "rm /etc/x 1.2\\+ds-3\\~ -- \"$@\""),
            (Words{{"path", "/etc/x"}, {"v", "1.2\\+ds-3\\~"}}));
  EXPECT_EQ(matched("${DPKG_ROOT:-}/{x}", "${DPKG_ROOT:-}/y"), (Words{{"x", "y"}}));
}

TEST(SectionTemplate, PlaceholdersNeverStandForCode) {
  for (const std::string_view word :
       {"a;rm", "$(x)", "`x`", "a b", "a|b", "a&", "x'y", "a\nb", "<x", "{x}", "*", "-f", "", "a\\"})
    EXPECT_EQ(matched("run {x} now", fmt::format("run {} now", word)), std::nullopt) << word;
  EXPECT_EQ(matched("run {x...} now", "run a -f now"), std::nullopt);
  EXPECT_EQ(matched("run {x}", "run y\nrm -rf /"), std::nullopt);
}

TEST(SectionTemplate, OneNameIsOneText) {
  EXPECT_TRUE(matched("{x} = {x}", "a = a"));
  EXPECT_FALSE(matched("{x} = {x}", "a = b"));
}

TEST(SectionTemplate, EachLineFitsOneOfTheForms) {
  SectionTemplate lines{"dh_x", "rm {a}\nmv {a} {b}", true, nullptr, "", {}};
  EXPECT_TRUE(match(lines, "rm x\nmv y z\nrm y"));
  EXPECT_FALSE(match(lines, "rm x\nmv y"));
}

TEST(SectionTemplate, WhatCouldTakeForEverIsNoMatch) {
  std::string form;
  for (int i = 0; i < 40; ++i) form += fmt::format("{{a{}}}", i);
  EXPECT_EQ(matched(form + "!", std::string(400, 'x')), std::nullopt);
}

}  // namespace
}  // namespace debone::effects
