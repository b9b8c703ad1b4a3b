#include <gtest/gtest.h>

#include "base/process.h"
#include "effects/gvdb.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

constexpr auto folder = "usr/share/glib-2.0/schemas/";
constexpr auto compiled = "usr/share/glib-2.0/schemas/gschemas.compiled";

Image with(const std::map<std::string, std::string>& files) {
  Image image;
  for (const auto& [name, text] : files) image.file(folder + name, text);
  return image;
}

// What the real tool makes of the same directory.
std::string real(const Image& image) {
  const base::TempDir work("schemas");
  image.write_to(work.path());
  const auto schemas = (work.path() / folder).string();
  base::run_and_capture({"glib-compile-schemas", schemas}, 1U << 20U);
  const auto file = work.path() / compiled;
  return std::filesystem::exists(file) ? base::read_file(file, 1U << 30U) : "(nothing)";
}

std::string schema(const std::string& content, const std::string& head = "id='org.debone.Test'") {
  return "<schemalist><schema " + head + ">" + content + "</schema></schemalist>";
}

const std::map<std::string, std::string> everything{
    {"org.debone.enums.xml",
     "<schemalist><enum id='org.debone.Size'><value nick='small' value='-1'/><value nick='large' value='0x10'/></enum>"
     "<flags id='org.debone.Days'><value nick='none' value='0'/><value nick='monday' value='1'/>"
     "<value nick='sunday' value='2147483648'/></flags></schemalist>"},
    {"org.debone.gschema.xml", R"XML(<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<schemalist gettext-domain="debone">
  <schema id="org.debone" path="/org/debone/">
    <key name="size" enum="org.debone.Size"><default>'small'</default><aliases><alias value="big" target="large"/></aliases></key>
    <key name="days" flags="org.debone.Days"><default>['monday','sunday']</default></key>
    <key name="count" type="i"><range min="-5" max="10"/><default>3</default><summary>How &lt;many&gt;</summary></key>
    <key name="ratio" type="d"><range min="0.5"/><default>1e3</default></key>
    <key name="word" type="s"><choices><choice value="a"/><choice value="bcdefghijk"/></choices><default>"a"</default></key>
    <key name="title" type="s"><default l10n="messages" context="of a window"> "Title" </default></key>
    <key name="clock" type="s"><default l10n="time">'24h'</default></key>
    <key name="list" type="as"><default>[ 'x', 'ü', "it's" ]</default></key>
    <key name="dict" type="a{sv}"><default>{'a': &lt;1&gt;, 'b': &lt;('x', uint64 2)&gt;}</default></key>
    <key name="tuple" type="(bynqiuxtdsog)"><default>(true, 1, -2, 3, -4, 5, -6, 7, 8.5, 's', '/o', 'g')</default></key>
    <key name="maybe" type="ms"><default>nothing</default></key>
    <key name="big" type="ay"><default><![CDATA[b'bytes']]></default></key>
    <child name="nested" schema="org.debone.Nested"/>
    <child name="missing" schema="org.debone.Missing"/>
  </schema>
  <schema id="org.debone.Nested"><key name="k" type="u"><default>7</default></key></schema>
  <schema id="org.debone.Derived" extends="org.debone.Nested" gettext-domain="other"><override name="k">8</override></schema>
  <schema id="org.debone.List" list-of="org.debone.Nested" path="/org/debone/list:/"/>
</schemalist>
)XML"},
    {"10_debone.gschema.override",
     "[org.debone]\ncount=9\nlist=[]\n[org.debone:GNOME]\ncount=1\nword='bcdefghijk'\n[org.debone:KDE:x]\ncount=2\n"
     "[org.absent]\nx=1\n"},
    {"20_debone.gschema.override", "[org.debone]\ncount=8\n[org.debone:GNOME]\ncount=4\n"},
};

TEST(GlibSchemas, AreTheBytesThatTheRealToolWrites) {
  auto image = with(everything);
  image.run(glib_schemas);
  EXPECT_EQ(image.text(compiled), real(with(everything)));
  EXPECT_EQ(image.mode(compiled), "644 0:0");
  EXPECT_EQ(image.recorder->warnings, std::vector<std::string>{});
}

TEST(GlibSchemas, ManySchemasAreInTheRealToolsOrder) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 300; ++i) {
    std::string keys;
    for (int key = 0; key <= i % 40; ++key)
      keys += fmt::format("<key name='k{}' type='i'><default>{}</default></key>", key * 7, key);
    files[fmt::format("s{}.gschema.xml", i)] = schema(keys, fmt::format("id='org.debone.Schema{}'", i * 31));
  }
  auto image = with(files);
  image.run(glib_schemas);
  EXPECT_TRUE(image.text(compiled) == real(with(files)));
}

TEST(GlibSchemas, NoSchemaNoFile) {
  auto image = with({{"gschema.dtd", ""}, {"x.gschema.override", "[a]\nb=1\n"}});
  image.run(glib_schemas);
  EXPECT_EQ(image.text(compiled), "(nothing)");
}

// A file that is wrong is left out as a whole; the real tool leaves the same ones out.
TEST(GlibSchemas, WrongFilesAreToldOfAndLeftOut) {
  const auto key = [](const std::string& attributes, const std::string& content) {
    return schema("<key name='k' " + attributes + ">" + content + "</key>");
  };
  const std::map<std::string, std::string> wrong{
      {"<schemalist><schema id='x'>", "1:"},
      {"<other/>", "element <other> is not allowed at the top"},
      {"<schemalist><other/></schemalist>", "element <other> is not allowed inside <schemalist>"},
      {"<schemalist><schema/></schemalist>", "element <schema> needs the attribute 'id'"},
      {schema("", "id='a' id='b'"), "attribute 'id' given twice for element <schema>"},
      {schema("text"), "text may not appear inside <schema>"},
      {schema("", "id='a' path='a/'"), "a path must begin and end with a slash"},
      {schema("", "id='a' extends='b'"), "it extends the schema 'b', which is not there yet"},
      {schema("", "id='a' list-of='b'"), "it is a list of the schema 'b', which is not there yet"},
      {schema("<key name='K' type='i'><default>1</default></key>"), "invalid name 'K'"},
      {schema("<key name='a--b' type='i'><default>1</default></key>"), "invalid name 'a--b'"},
      {schema("<override name='k'>1</override>"), "there is no <key name='k'> to override"},
      {key("type='i'", ""), "a <key> needs a <default>"},
      {key("type='i'", "<default>'a'</default>"), "no value of type 'i': "},
      {key("type='ii'", "<default>1</default>"), "invalid GVariant type string 'ii'"},
      {key("type='i' enum='x'", "<default>1</default>"), "a <key> has one of 'type', 'enum' and 'flags'"},
      {key("enum='x'", "<default>'a'</default>"), "'x' is not defined yet"},
      {key("type='i'", "<default>1</default><range min='2'/>"), "the default is not in the range"},
      {key("type='i'", "<range min='2' max='1'/><default>1</default>"), "<range> has its ends the wrong way"},
      {key("type='s'", "<range/><default>'1'</default>"), "<range> is not for keys of type 's'"},
      {key("type='s'", "<choices/><default>'1'</default>"), "<choices> must hold a <choice>"},
      {key("type='s'", "<choices><choice value='a'/></choices><default>'b'</default>"),
       "the default is not among the allowed values"},
      {key("type='i'", "<choices><choice value='a'/></choices><default>1</default>"),
       "<choices> is not for keys of type 'i'"},
      {key("type='s'", "<default l10n='messages'>'a'</default>"), "l10n requested, but no gettext domain given"},
      {key("type='s'", "<default>'&bomb;'</default>"), "malformed XML"},
      {"<schemalist><enum id='x'/></schemalist>", "<enum> must hold a <value>"},
      {"<schemalist><flags id='x'><value nick='ab' value='3'/></flags></schemalist>", "values of flags have one bit"},
      {"<schemalist><enum id='x'><value nick='ab' value='9999999999'/></enum></schemalist>", "invalid numeric value"},
      {key("type='" + std::string(300, 'a') + "i'", "<default>[]</default>"), "invalid GVariant type string"},
  };
  for (const auto& [text, message] : wrong) {
    const auto good = schema("<key name='k' type='i'><default>1</default></key>", "id='org.debone.Good'");
    const std::map<std::string, std::string> files{{"a.gschema.xml", text}, {"b.gschema.xml", good}};
    auto image = with(files);
    image.run(glib_schemas);
    ASSERT_EQ(image.recorder->warnings.size(), 1U) << text;
    EXPECT_NE(image.recorder->warnings[0].find(message), std::string::npos) << image.recorder->warnings[0];
    EXPECT_EQ(image.recorder->warnings[0].substr(0, 77),
              "/usr/share/glib-2.0/schemas/a.gschema.xml is left out of gschemas.compiled: 1")
        << image.recorder->warnings[0];
    EXPECT_TRUE(image.text(compiled) == real(with(files))) << text;
  }
}

TEST(GlibSchemas, WrongOverridesAreToldOfAndLeftOut) {
  auto files = everything;
  files["30_debone.gschema.override"] =
      "[org.debone]\nabsent=1\ncount=11\nword='c'\nlist=1\nsize='large'\nnested/=1\n[org.debone:X]\ntitle='t'\n";
  files["40_debone.gschema.override"] = "no group\n";
  auto image = with(files);
  image.run(glib_schemas);
  std::vector<std::string> told;
  for (const auto& warning : image.recorder->warnings) told.push_back(warning.substr(warning.find(".compiled: ") + 11));
  ASSERT_EQ(told.size(), 7U);
  EXPECT_EQ(told[0], "[org.debone] absent: there is no such key");
  EXPECT_EQ(told[1], "[org.debone] count: the value is not among the allowed ones");
  EXPECT_EQ(told[2], "[org.debone] word: the value is not among the allowed ones");
  EXPECT_EQ(told[3].substr(0, 46), "[org.debone] list: no value of type 'as': 0-1:");
  EXPECT_EQ(told[4], "[org.debone] nested/: there is no such key");  // the real tool crashes
  EXPECT_EQ(told[5], "[org.debone:X] title: a translated key has no values of desktops");
  auto spared = files;
  spared["30_debone.gschema.override"] = "[org.debone]\nabsent=1\ncount=11\nword='c'\nlist=1\nsize='large'\n";
  EXPECT_TRUE(image.text(compiled) == real(with(spared)));
}

TEST(Gvdb, NamesAreBounded) {
  EXPECT_NE(testing::error_of([] { gvdb_file(GvdbTable{{{std::string(65536, 'a'), "", true}}}); }), "(no error)");
}

}  // namespace
}  // namespace debone::effects
