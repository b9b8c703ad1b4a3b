#include <gtest/gtest.h>

#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::error_of;
using testing::Image;
using testing::Texts;

std::string template_of(const std::string& name) {
  return "# common-" + name +
         "\n"
         "# here are the per-package modules (the \"Primary\" block)\n"
         "$primary\n"
         "# here's the fallback if no module succeeds\n"
         "a\trequired\tpam_permit.so\n"
         "# and here are more per-package modules (the \"Additional\" block)\n"
         "$additional\n"
         "# end of pam-auth-update config\n";
}

std::string filled(const std::string& name, const std::string& primary, const std::string& additional) {
  auto text = template_of(name);
  text.replace(text.find("$primary\n"), 9, primary);
  text.replace(text.find("$additional\n"), 12, additional);
  return text;
}

class Pam : public ::testing::Test {
 protected:
  Pam() {
    for (const std::string name : {"auth", "account", "password", "session", "session-noninteractive"})
      image.file("usr/share/pam/common-" + name, template_of(name));
    profile("unix",
            "Name: Unix authentication\nDefault: yes\nPriority: 256\n"
            "Auth-Type: Primary\n"
            "Auth:\n\t[success=end default=ignore]\tpam_unix.so nullok  try_first_pass\n"
            "Auth-Initial:\n\t[success=end default=ignore]\tpam_unix.so nullok\n"
            "Session-Type: Additional\nSession:\n\trequired\tpam_unix.so\n");
  }
  void profile(const std::string& name, const std::string& text) { image.file("usr/share/pam-configs/" + name, text); }
  std::string made(const std::string& name) {
    image.run(pam);
    return image.text("etc/pam.d/common-" + name);
  }
  std::string error() {
    return error_of([&] { image.run(pam); });
  }
  Image image;
};

TEST_F(Pam, OneProfile) {
  EXPECT_EQ(made("auth"), filled("auth", "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n", ""));
  EXPECT_EQ(made("account"), filled("account", "account\t[default=1]\t\t\tpam_permit.so\n", ""));
  EXPECT_EQ(made("session"),
            filled("session", "session\t[default=1]\t\t\tpam_permit.so\n", "session\trequired\tpam_unix.so \n"));
  EXPECT_EQ(made("session-noninteractive"),
            filled("session-noninteractive", "session\t[default=1]\t\t\tpam_permit.so\n",
                   "session\trequired\tpam_unix.so \n"));
  EXPECT_EQ(image.mode("etc/pam.d/common-auth"), "644 0:0");
  EXPECT_EQ(image.text("var/lib/pam"), "(nothing)");
}

TEST_F(Pam, TheHighestPriorityIsFirstAndJumpsOverTheRest) {
  profile("krb5",
          "Default: yes\nPriority: 704\nAuth-Type: Primary\n"
          "Auth:\n [success=end default=ignore] pam_krb5.so try_first_pass\n"
          "Auth-Initial:\n [success=end default=ignore] pam_krb5.so\n");
  profile(
      "a",
      "Default: yes\nPriority: 256\nAuth-Type: Primary\nAuth-Final:\n sufficient pam_a.so\n\n optional pam_b.so x y\n");
  EXPECT_EQ(made("auth"), filled("auth",
                                 "auth\t[success=4 default=ignore] pam_krb5.so \n"
                                 "auth\t[success=3 default=ignore]\tpam_unix.so nullok try_first_pass\n"
                                 "auth\tsufficient pam_a.so \n"
                                 "auth\toptional pam_b.so x y\n",
                                 ""));
}

TEST_F(Pam, OnlyWhatIsEnabledByDefault) {
  const std::string rest = "Priority: 900\nAuth-Type: Additional\nAuth:\n optional pam_x.so\n";
  profile("no", "Default: no\n" + rest);
  profile("blank", "Default: yes \n" + rest);
  profile("unsaid", rest);
  profile("backup~", "Default: yes\n" + rest);
  profile("#saved#", "Default: yes\n" + rest);
  profile("tally", "Default: yes\n" + rest + " required pam_tally2.so\n");
  EXPECT_EQ(made("auth"), filled("auth", "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n", ""));
}

TEST_F(Pam, OneThatConflictsGoes) {
  profile("b", "Default: yes\nPriority: 1024\nConflicts: a, unix\n\nAuth-Type: Additional\nAuth: optional pam_b.so\n");
  profile("a", "Default: yes\nPriority: 1000\nAuth-Type: Additional\nAuth: optional pam_a.so\n");
  EXPECT_EQ(made("auth"), filled("auth", "auth\t[default=1]\t\t\tpam_permit.so\n", "auth\toptional pam_b.so \n"));
}

TEST_F(Pam, SessionsThatNobodySees) {
  profile("screen",
          "Default: yes\nPriority: 0\nSession-Interactive-Only: yes\nSession-Type: Additional\n"
          "Session:\n\toptional pam_systemd.so\n");
  profile("all",
          "Default: yes\nPriority: 0\nSession-Interactive-Only: no\nSession-Type: Additional\n"
          "Session:\n\t[success=end legend=1] pam_legend.so\n");
  EXPECT_EQ(made("session"), filled("session", "session\t[default=1]\t\t\tpam_permit.so\n",
                                    "session\trequired\tpam_unix.so \n"
                                    "session\toptional pam_systemd.so \n"
                                    "session\t[success=0 leg0=1] pam_leg0.so \n"));
  EXPECT_EQ(image.text("etc/pam.d/common-session-noninteractive"),
            filled("session-noninteractive", "session\t[default=1]\t\t\tpam_permit.so\n",
                   "session\trequired\tpam_unix.so \n"
                   "session\t[success=0 leg0=1] pam_leg0.so \n"));
}

TEST_F(Pam, LeavesAloneWhatIsThereAndMakesNothingOfNothing) {
  image.file("etc/pam.d/common-auth", "mine\n");
  EXPECT_EQ(made("auth"), "mine\n");
  Image bare;
  bare.run(pam);
  EXPECT_EQ(bare.below("etc"), Texts{});
  image.tree.remove(at("usr/share/pam-configs"));
  image.tree.remove(at("etc/pam.d"));
  EXPECT_EQ(made("auth"), "(nothing)");
}

TEST_F(Pam, AFormThatNobodyCouldReadIsAnError) {
  const std::string head = "Default: yes\nPriority: 1\nAuth-Type: Primary\nAuth:\n";
  for (const std::string line : {"#comment", "optional", "[success=1 pam_x.so", "[] pam_x.so", "a-b pam_x.so", "[x]"}) {
    profile("odd", head + " " + line + "\n");
    EXPECT_EQ(error(), "error: /usr/share/pam-configs/odd: no control and module of PAM: '" + line + "'\n");
  }
  profile("odd", "Priority: high\n");
  EXPECT_EQ(error(), "error: /usr/share/pam-configs/odd: the priority 'high' is no number\n");
  profile("odd", "Conflicts: a,\n b\n");
  EXPECT_EQ(error(), "error: /usr/share/pam-configs/odd:2: a line goes on the field 'Conflicts', which has one\n");
  image.tree.remove(at("usr/share/pam-configs/odd"));
  image.file("usr/share/pam/common-account", "# end of pam-auth-update config\n");
  EXPECT_EQ(error(),
            "error: /usr/share/pam/common-account: there is no line '# here are the per-package modules (the "
            "\"Primary\" block)'\n");
}

}  // namespace
}  // namespace debone::effects
