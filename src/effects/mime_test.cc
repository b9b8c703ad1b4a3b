#include <gtest/gtest.h>

#include "base/process.h"
#include "base/text.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

constexpr auto packages = "usr/share/mime/packages/";
constexpr auto root = "<mime-info xmlns='http://www.freedesktop.org/standards/shared-mime-info'>";

// This machine's update-mime-database is of this version.
std::string version_here() {
  return base::run_and_capture({"dpkg-query", "-W", "-f", "${Version}", "shared-mime-info"}, 1U << 16U).out;
}

Image with(const Texts& files) {
  Image image;
  auto& package = image.add("shared-mime-info");
  package.record.version = debian::Version::parse(version_here());
  for (const auto& [name, text] : files) image.file(packages + name, text);
  return image;
}

// What the real tool makes of the same files.
Texts real(const Image& image) {
  const base::TempDir work("mime");
  image.write_to(work.path());
  const auto directory = work.path() / "usr/share/mime";
  base::run_and_capture({"env", "PKGSYSTEM_ENABLE_FSYNC=0", "update-mime-database", directory.string()}, 1U << 20U);
  Texts found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      found[entry.path().lexically_relative(work.path()).string()] = base::read_file(entry.path(), 1U << 30U);
  return found;
}

void expect_as_the_real_tool(Image& image) {
  const auto expected = real(image);
  image.run(mime);
  const auto made = image.below("usr/share/mime");
  for (const auto& [path, text] : expected) {
    ASSERT_TRUE(made.contains(path)) << path;
    EXPECT_TRUE(made.at(path) == text) << path << "\n" << made.at(path).substr(0, 3000) << "\n" << text.substr(0, 3000);
  }
  EXPECT_EQ(made.size(), expected.size());
}

const std::string everything = std::string("<?xml version='1.0'?>\n") + root + R"(
  <mime-type type="text/x-debone">
    <comment>debone &lt;text&gt; &amp; "more"</comment>
    <comment xml:lang="de">Text für "debone"</comment>
    <comment xml:lang="fr">old</comment>
    <comment xml:lang="fr">neu</comment>
    <comment/>
    <acronym>DB</acronym><expanded-acronym>Debone</expanded-acronym>
    <glob pattern="*.Debone"/><glob pattern="*.DBN" case-sensitive="true" weight="80"/><glob pattern="Makefile.debone"/>
    <glob pattern="[a-c]*.x&quot;y"/><glob pattern="*.änder"/><glob pattern="*.tar.debone" weight="10"/>
    <alias type="text/debone"/><sub-class-of type="text/plain"/><sub-class-of type="application/x-other"/>
    <icon name="debone-icon"/><generic-icon name="text-x-generic"/>
    <root-XML namespaceURI="https://debone.example.org/" localName="debone"/><root-XML namespaceURI="" localName="d"/>
    <magic priority="60">
      <match type="string" value="\x7fAB\0\12\n\\\q\xzz" offset="0:64"><match type="big16" value="0x1234" mask="0xff00" offset="4"/>
        <match type="host32" value="07" offset="8"><match type="byte" value="1" offset="1"/></match></match>
      <match type="string" value="abcd" mask="0xffff0f" offset="3"/>
      <match type="little32" value="305419896" offset="0"/><match type="host16" value="65535" offset="0"/>
    </magic>
    <treemagic><treematch path="BIN" type="directory" non-empty="true"><treematch path="x" executable="true" match-case="true" mimetype="text/plain"/></treematch></treemagic>
    <unknown/>
  </mime-type>
  <mime-type type="Application/X-Other"><comment>Other</comment><glob pattern="*.debone"/><glob pattern="*.dbn"/>
    <glob-deleteall/><magic-deleteall/><magic><match type="string" value="z" offset="0"/></magic></mime-type>
</mime-info>
)";

TEST(Mime, IsWhatTheRealToolMakes) {
  auto image = with({{"debone.xml", everything},
                     {"Override.xml", root + std::string("<mime-type type='text/x-debone'><comment>last</comment>"
                                                         "<icon name='other'/></mime-type></mime-info>")},
                     {"zzz.xml", root + std::string("<mime-type type='text/x-debone'><comment>first</comment>"
                                                    "</mime-type></mime-info>")},
                     {"no-xml.txt", "x"}});
  expect_as_the_real_tool(image);
  EXPECT_EQ(image.recorder->warnings, std::vector<std::string>{});
}

TEST(Mime, OfThisMachinesPackagesToo) {
  Texts files;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/share/mime/packages"))
    files[entry.path().filename().string()] = base::read_file(entry.path(), 1U << 30U);
  ASSERT_TRUE(files.contains("freedesktop.org.xml"));
  auto image = with(files);
  expect_as_the_real_tool(image);
}

TEST(Mime, WhatIsWrongIsToldOfAndTheRestKept) {
  const std::map<std::string, std::string> wrong{
      {"<glob/>", "missing 'pattern' attribute in <glob>"},
      {"<glob pattern='*.w' weight='101'/>", "bad weight in <glob>"},
      {"<magic priority='x'><match type='byte' value='1' offset='0'/></magic>", "bad priority in <magic>"},
      {"<magic/>", "incomplete <magic> element"},
      {"<magic><other/></magic>", "expected <match>, but found <other>"},
      {"<magic><match type='byte' value='1'/></magic>", "missing 'offset' attribute"},
      {"<magic><match type='byte' value='1' offset='2:1'/></magic>", "invalid offset (2:1)"},
      {"<magic><match type='byte' value='1' offset='x'/></magic>", "invalid offset (x)"},
      {"<magic><match value='1' offset='0'/></magic>", "missing 'type' attribute in <match>"},
      {"<magic><match type='odd' value='1' offset='0'/></magic>", "unknown magic type 'odd'"},
      {"<magic><match type='byte' offset='0'/></magic>", "no value specified"},
      {"<magic><match type='byte' value='256' offset='0'/></magic>", "value out of range (256)"},
      {"<magic><match type='big16' value='1z' offset='0'/></magic>", "value is not a number (1z)"},
      {"<magic><match type='string' value='a' mask='ff' offset='0'/></magic>", "must be in base 16"},
      {"<magic><match type='string' value='a' mask='0xfff' offset='0'/></magic>", "a mask is longer than its value"},
      {"<magic><match type='string' value='a' mask='0xg' offset='0'/></magic>", "no hexadecimal digit in a mask"},
      {"<treemagic><treematch/></treemagic>", "missing 'path' attribute in <treematch>"},
      {"<treemagic><treematch path='a' type='b'/></treemagic>", "invalid 'type' attribute in <treematch>"},
      {"<alias type='x'/>", "incorrect or missing 'type' attribute in <alias>"},
      {"<root-XML localName='a'/>", "missing 'namespaceURI' or 'localName' attribute"},
      {"<root-XML namespaceURI='a b' localName=''/>", "namespaceURI and localName cannot hold spaces or newlines"},
  };
  for (const auto& [text, message] : wrong) {
    auto image = with({{"w.xml", root + ("<mime-type type='text/w'><comment>W</comment>" + text +
                                         "<glob pattern='*.lost'/></mime-type></mime-info>")}});
    expect_as_the_real_tool(image);
    ASSERT_EQ(image.recorder->warnings.size(), 1U) << text;
    const auto& warning = image.recorder->warnings[0];
    EXPECT_NE(warning.find(message), std::string::npos) << warning;
    EXPECT_TRUE(warning.starts_with("/usr/share/mime/packages/w.xml is not wholly in the MIME database: 1:"))
        << warning;
  }
}

TEST(Mime, AFileThatIsNoneOfOursIsToldOf) {
  const auto warning_of = [](const std::string& text) {
    auto image = with({{"w.xml", text}});
    image.run(mime);
    return image.recorder->warnings.empty() ? "" : image.recorder->warnings[0].substr(67);
  };
  EXPECT_EQ(warning_of("<mime-info/>"), "its document element is no <mime-info> of the right namespace");
  EXPECT_TRUE(warning_of("<mime-info>").starts_with("1:")) << warning_of("<mime-info>");
  EXPECT_EQ(warning_of(root + std::string("<mime-type/></mime-info>")).substr(6), "no <mime-type> with a valid type");
  EXPECT_EQ(warning_of(root + std::string("<mime-type type='a/b/c'/></mime-info>")).substr(6),
            "no <mime-type> with a valid type");
}

// Its characters would each be a level of the tree of suffixes.
TEST(Mime, APatternIsNoLongerThanAFilesName) {
  const auto pattern = "*" + std::string(200'000, 'a');
  auto image =
      with({{"w.xml", root + ("<mime-type type='text/w'><glob pattern='" + pattern + "'/></mime-type></mime-info>")}});
  image.run(mime);
  ASSERT_EQ(image.recorder->warnings.size(), 1U);
  EXPECT_TRUE(image.recorder->warnings[0].ends_with("a pattern in <glob> is longer than a file's name"))
      << image.recorder->warnings[0];
}

TEST(Mime, NoTypeLeavesItsDirectory) {
  for (const std::string type : {"../x", "/x", "packages/x", "./x", "text/", "globs2/x"}) {
    auto image = with({{"w.xml", root + ("<mime-type type='" + type + "'/></mime-info>")}});
    image.file("usr/share/mime/globs2", "");
    image.run(mime);
    EXPECT_EQ(image.recorder->warnings,
              std::vector<std::string>{"the MIME type '" + type + "' gets no file of its own"});
    EXPECT_EQ(image.below("").size(), 13U) << type;
  }
}

TEST(Mime, WithoutPackagesNothing) {
  Image image;
  image.run(mime);
  EXPECT_EQ(image.below("").size(), 0U);
}

}  // namespace
}  // namespace debone::effects
