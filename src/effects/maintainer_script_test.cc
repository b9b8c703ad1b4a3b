#include "effects/maintainer_script.h"

#include <gmock/gmock.h>

namespace debone::effects {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MaintainerScript, LayoutAndCommentsMakeNoDifference) {
  EXPECT_THAT(normalised("#!/bin/sh\n\n  set   -e\t\n# why\n\tif true; then # how\n", {"x", "1", "amd64"}),
              ElementsAre("set -e", "if true; then # how"));
}

TEST(MaintainerScript, TheNameAndTheVersionArePlaceholdersWhereTheyStandAlone) {
  EXPECT_THAT(normalised("rm /usr/share/git/x git-core /etc/git.conf git\n", {"git", "1:2", "amd64"}),
              ElementsAre("rm /usr/share/@PACKAGE@/x git-core /etc/git.conf @PACKAGE@"));
  EXPECT_THAT(normalised("dpkg --compare-versions \"$2\" lt 1:2 && echo 1:2~1\n", {"git", "1:2", "amd64"}),
              ElementsAre("dpkg --compare-versions \"$2\" lt @VERSION@ && echo 1:2~1"));
}

TEST(MaintainerScript, TheArchitectureIsAPlaceholder) {
  const std::string_view text = "ln -s /usr/lib/jvm/java-21-openjdk-arm64/x /usr/lib/aarch64-linux-gnu/y xarm64\n";
  EXPECT_THAT(normalised(text, {"x1", "1", "arm64"}),
              ElementsAre("ln -s /usr/lib/jvm/java-21-openjdk-@ARCHITECTURE@/x /usr/lib/@MULTIARCH@/y xarm64"));
  EXPECT_THAT(normalised("echo all amd64\n", {"x1", "1", "all"}), ElementsAre("echo all amd64"));
}

TEST(MaintainerScript, AHereDocumentStaysAsItIs) {
  EXPECT_THAT(
      normalised("cat >/etc/x <<EOF\n# not a comment\n  a   b\n\nEOF\n  # a comment\nexit 0\n", {"x", "1", "amd64"}),
      ElementsAre("cat >/etc/@PACKAGE@ <<EOF", "# not a comment", "  a   b", "", "EOF", "exit 0"));
  EXPECT_THAT(normalised("cat <<-\"END\"\n\t# kept\n\tEND\n# gone\n", {"x", "1", "amd64"}),
              ElementsAre("cat <<-\"END\"", "\t# kept", "\tEND"));
  EXPECT_THAT(normalised("cat <<\\EOF\n# kept\nEOF\n", {"x", "1", "amd64"}),
              ElementsAre("cat <<\\EOF", "# kept", "EOF"));
  EXPECT_THAT(normalised("read a <<<$x\n# gone\necho $((1<<3))\n# gone\n", {"x", "9", "amd64"}),
              ElementsAre("read a <<<$@PACKAGE@", "echo $((1<<3))"));
}

TEST(MaintainerScript, SectionsAreKnownOrAPartOfTheRest) {
  constexpr std::string_view text =
      "#!/bin/bash -e\n"
      "a\n"
      "# Automatically added by dh_installinit/13.24\n"
      "  b   c\n"
      "# End automatically added section\n"
      "# Automatically added by dh_forged/1\n"
      "rm -rf /\n"
      "# End automatically added section\n"
      "# Automatically added by dh_open\n"
      "d\n";
  const auto script =
      read_script(text, {"x", "1", "amd64"}, [](const Section& section) { return section.helper == "dh_installinit"; });
  EXPECT_EQ(script.interpreter, "/bin/bash");
  ASSERT_EQ(script.sections.size(), 1U);
  EXPECT_EQ(script.sections[0].text, "b c");
  EXPECT_EQ(script.sections[0].line, 3);
  EXPECT_THAT(script.lines, ElementsAre("a", "rm -rf /", "d"));
}

TEST(MaintainerScript, AnEmptyOneHasNothing) {
  EXPECT_THAT(read_script("", {"x", "1", "all"}, [](const Section&) { return true; }).lines, IsEmpty());
}

TEST(MaintainerScript, KeysAndFingerprintsAreThoseOfTheTable) {
  EXPECT_EQ(key_of({"set -e"}), "825769eed1c7cd65");
  EXPECT_EQ(fingerprints_of({"set -e", "fi"}), "gldptL3I");
  EXPECT_EQ(fingerprints_of({}), "");
}

}  // namespace
}  // namespace debone::effects
