#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;

const std::string head =
    "# by install-mime\n# ----- User Section Begins ----- #\nmine/own; see %s\n# -----  User Section Ends  ----- #\n";
const std::string written_head =
    "# by update-mime\n# ----- User Section Begins ----- #\nmine/own; see %s\n# -----  User Section Ends  ----- #\n\n" +
    std::string(79, '#') + "\n\n";

class Mailcap : public ::testing::Test {
 protected:
  Mailcap() { image.file("usr/lib/mime/mailcap", head + "not copied\n"); }
  void says(const std::string& package, const std::string& text) {
    image.file("usr/lib/mime/packages/" + package, text);
  }
  // What comes after the head.
  std::string made() {
    image.run(mailcap);
    auto text = image.text("etc/mailcap");
    return text.starts_with(written_head) ? text.substr(written_head.size()) : "another head: " + text;
  }
  Image image;
};

TEST_F(Mailcap, ByPriorityThenByHowMuchATypeIs) {
  says("tar", "# tar\n\napplication/x-tar; tar tvf %s; priority=3\n*/*; all %s\n");
  says("Less", "text/*; less %s; needsterminal; Priority=4\ntext/plain; less %s; priority = 9 ;needsterminal ;\n");
  says("base", "text/*; more %s; priority=10\nimage/png; see %s ; \n");
  says(".hidden", "a/b; c\n");
  says("#saved", "a/b; c\n");
  says("old~", "a/b; c\n");
  EXPECT_EQ(made(),
            "text/plain; less %s;needsterminal\n"
            "image/png; see %s\n"
            "text/*; more %s\n"
            "*/*; all %s\n"
            "text/*; less %s; needsterminal; Priority=4\n"
            "application/x-tar; tar tvf %s\n");
  EXPECT_EQ(image.mode("etc/mailcap"), "644 0:0");
}

TEST_F(Mailcap, DesktopFilesOfPackagesThatSayNothing) {
  says("said", "a/b; c\n");
  const std::string directory = "usr/share/applications/";
  image.file(directory + "said.desktop", "[Desktop Entry]\nExec=x\nMimeType=a/c;\n");
  image.file(directory + "view.desktop",
             "[Desktop Entry]\nName=View; er\nName[de]=Seher\nIcon=eye\nTryExec=view\nExec=view %i --name=%c %U;x\n"
             "MimeType=a/d; a/e;;\n[Desktop Action New]\nExec=other\n");
  image.file(directory + "term.desktop", "[Desktop Entry]\nTerminal=true\nexec=term\nMimeType=a/f\n");
  image.file(directory + "kde/deep.desktop", "[Desktop Entry]\nExec=deep %f\nMimeType=a/g\n");
  image.file(directory + "none.desktop", "[Desktop Entry]\nExec=none\n");
  image.file(directory + "other.txt", "[Desktop Entry]\nExec=x\nMimeType=a/c;\n");
  EXPECT_EQ(made(),
            "a/b; c\n"
            "a/g; deep %s; test=test -n \"$DISPLAY\"\n"
            "a/f; term %s; needsterminal\n"
            "a/d; view --icon eye --name=View; er %s\\;x; test=command -v view > /dev/null 2>&1 && test -n "
            "\"$DISPLAY\"\n"
            "a/e; view --icon eye --name=View; er %s\\;x; test=command -v view > /dev/null 2>&1 && test -n "
            "\"$DISPLAY\"\n");
}

TEST_F(Mailcap, AsTheVersionOfBookworm) {
  image.add("mailcap").record.version = debian::Version::parse("3.70+nmu1");
  image.file("usr/share/applications/view.desktop", "[Desktop Entry]\nExec=view;\nTryExec=try\nMimeType=a/d\n");
  EXPECT_EQ(made(), "a/d; try %s; test=test -n \"$DISPLAY\"\n");
}

TEST_F(Mailcap, AFileThatIsThereKeepsItsHead) {
  image.file("etc/mailcap", "# old\n" + head + "generated\n");
  image.run(mailcap);
  EXPECT_EQ(image.text("etc/mailcap"), "# old\n" + written_head);
  image.file("etc/mailcap", "without a section\n");
  image.run(mailcap);
  EXPECT_EQ(image.text("etc/mailcap"), "without a section\n");
}

TEST_F(Mailcap, AnOrderIsSaidToBeLeftOut) {
  image.file("etc/mailcap.order", "# comment\n\n");
  made();
  EXPECT_EQ(image.recorder->warnings, std::vector<std::string>{});
  image.file("etc/mailcap.order", "tar:text/*\n");
  made();
  EXPECT_EQ(
      image.recorder->warnings,
      std::vector<std::string>{"/etc/mailcap.order gives an order of entries, which /etc/mailcap is made without"});
}

}  // namespace
}  // namespace debone::effects
