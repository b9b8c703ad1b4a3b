#include <gtest/gtest.h>

#include "effects/sysusers.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::error_of;
using testing::Image;
using testing::Texts;

constexpr auto passwd_master =
    "root::0:0:root:/root:/bin/bash\n"
    "daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    "www-data:*:33:33:www-data:/var/www:/usr/sbin/nologin\n"
    "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
constexpr auto group_master =
    "root:*:0:\n"
    "daemon:*:1:\n"
    "www-data:*:33:\n"
    "nogroup:*:65534:\n";

Texts masters() {
  return {{"usr/share/base-passwd/passwd.master", passwd_master}, {"usr/share/base-passwd/group.master", group_master}};
}

recipe::User user(const std::string& name, std::uint32_t uid, std::uint32_t gid) {
  recipe::User made;
  made.name = name;
  made.uid = uid;
  made.gid = gid;
  return made;
}

TEST(Accounts, KeepsTheMastersOrderAndLetsNobodyInWithoutAPassword) {
  Image image;
  image.add("base-passwd", masters());
  image.run(accounts);
  EXPECT_EQ(image.text("etc/passwd"),
            "root:*:0:0:root:/root:/bin/bash\n"
            "daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
            "www-data:*:33:33:www-data:/var/www:/usr/sbin/nologin\n"
            "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(image.text("etc/group"), group_master);
  EXPECT_EQ(image.mode("etc/passwd"), "644 0:0");
  EXPECT_EQ(image.tree.find(at("etc/passwd"))->mtime, Image::created);
  EXPECT_EQ(image.text("etc/shadow"), "(nothing)");
}

TEST(Accounts, ReadsTheMastersOfAPackageThatIsNotUnpacked) {
  Image image;
  image.read_only("base-passwd", masters());
  image.run(accounts);
  EXPECT_EQ(image.text("etc/group"), group_master);
}

TEST(Accounts, HasRootEvenWithoutBasePasswd) {
  Image image;
  image.recipe.users.push_back(user("app", 1000, 1000));
  image.run(accounts);
  EXPECT_EQ(image.text("etc/passwd"),
            "root:*:0:0:root:/root:/usr/sbin/nologin\n"
            "app:*:1000:1000::/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(image.text("etc/group"), "root:*:0:\napp:*:1000:\n");
}

TEST(Accounts, AddsStatedAndDeclaredAccountsById) {
  Image image;
  auto files = masters();
  files["usr/lib/sysusers.d/service.conf"] =
      "# a comment\n"
      "u! svc 150 \"A service\" /var/lib/svc\n"
      "m svc tape\n"
      "g tape 26 -\n"
      "u www-data 99 \"is there, so nothing comes of it\"\n";
  files["usr/lib/sysusers.d/README"] = "no configuration";
  image.add("base-passwd", files);
  image.recipe.users.push_back(user("app", 1000, 1001));
  image.recipe.groups.push_back({"team", 1001, {"app", "www-data"}});
  recipe::StatedEffects stated;
  stated.package = "vendor";
  stated.users.push_back(user("vendor", 120, 33));
  image.recipe.effects.push_back(stated);
  image.run(accounts);
  EXPECT_EQ(image.text("etc/passwd"), std::string("root:*:0:0:root:/root:/bin/bash\n"
                                                  "daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
                                                  "www-data:*:33:33:www-data:/var/www:/usr/sbin/nologin\n"
                                                  "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
                                                  "vendor:*:120:33::/nonexistent:/usr/sbin/nologin\n"
                                                  "svc:*:150:150:A service:/var/lib/svc:/usr/sbin/nologin\n"
                                                  "app:*:1000:1001::/nonexistent:/usr/sbin/nologin\n"));
  EXPECT_EQ(image.text("etc/group"), std::string(group_master) +
                                         "tape:*:26:svc\n"
                                         "svc:*:150:\n"
                                         "team:*:1001:app,www-data\n");
}

TEST(Accounts, ASystemUsersIdDependsOnItsNameAlone) {
  // Fixed for good: an image built years from now must own its volumes' files as those of today do.
  EXPECT_EQ(computed_id("messagebus"), 820U);

  Image image;
  image.add("dbus", {{"usr/lib/sysusers.d/dbus.conf", "u messagebus - \"System Message Bus\"\n"}});
  image.add("systemd", {{"usr/lib/sysusers.d/aaa.conf", "u aaa -\nu bbb -:messagebus\n"}});
  image.run(accounts);
  EXPECT_NE(image.text("etc/passwd").find("messagebus:*:820:820:System Message Bus:/:/usr/sbin/nologin\n"),
            std::string::npos);
  EXPECT_NE(image.text("etc/passwd").find(fmt::format("bbb:*:{}:820:", computed_id("bbb"))), std::string::npos);
}

TEST(Accounts, AScriptComesBeforeItsPackagesOwnFileThatItDoesNotRead) {
  for (const bool calls_sysusers : {false, true}) {
    Image image;
    image.add("base-passwd", masters());
    image.add_known(calls_sysusers ? "user: {name: one}}, {finisher: sysusers" : "user: {name: one}", "one",
                    "adduser one\n");
    image.tree.put_file(at("usr/lib/sysusers.d/one.conf"), "u one - \"The one\" /one\n", 0644, Image::packaged,
                        "package:one");
    image.run(accounts);
    EXPECT_EQ(image.text("etc/passwd").find(":The one:/one:") != std::string::npos, calls_sysusers);
    EXPECT_EQ(image.text("etc/passwd").find("::/nonexistent:") != std::string::npos, !calls_sysusers);
  }
}

TEST(Accounts, TheRecipesIdComesBeforeAComputedOne) {
  Image image;
  image.add("dbus", {{"usr/lib/sysusers.d/dbus.conf", "u messagebus - \"System Message Bus\"\n"}});
  image.recipe.users.push_back(user("messagebus", 77, 77));
  image.run(accounts);
  EXPECT_EQ(image.text("etc/group"), "root:*:0:\nmessagebus:*:77:\n");
}

TEST(Accounts, AnIdOfTwoNamesIsAnError) {
  Image image;
  image.add("base-passwd", masters());
  image.recipe.users.push_back(user("web", 33, 33));
  EXPECT_EQ(error_of([&] { image.run(accounts); }),
            "error: test.yaml: user 'web' of the recipe has uid 33, which belongs to 'www-data' of base-passwd\n"
            "  hint: state another uid for 'web' under accounts\n");
}

TEST(Accounts, ANameWithTwoIdsIsAnError) {
  Image image;
  image.add("base-passwd", masters());
  image.recipe.groups.push_back({"www-data", 1000, {}});
  EXPECT_EQ(error_of([&] { image.run(accounts); }),
            "error: test.yaml: group 'www-data' of the recipe has gid 1000, but base-passwd gives it gid 33\n"
            "  hint: name it with gid 33, or choose another name\n");
}

TEST(Accounts, TwoPackagesWithOneIdAreAnError) {
  Image image;
  image.add("one", {{"usr/lib/sysusers.d/one.conf", "u one 150\n"}});
  image.add("two", {{"usr/lib/sysusers.d/two.conf", "u two 150:1\n"}});
  EXPECT_EQ(error_of([&] { image.run(accounts); }),
            "error: /usr/lib/sysusers.d/two.conf: user 'two' of package two has uid 150, which belongs to 'one' of "
            "package one\n"
            "  hint: state another uid for 'two' under accounts\n");
}

TEST(Accounts, RunAsMustBeAUser) {
  Image image;
  image.add("base-passwd", masters());
  image.recipe.run_as = "wwwdata";
  EXPECT_EQ(error_of([&] { image.run(accounts); }),
            "error: test.yaml: no user 'wwwdata' to run as\n"
            "  hint: did you mean 'www-data'?\n");
  image.recipe.run_as = "postgres";
  EXPECT_EQ(error_of([&] { image.run(accounts); }),
            "error: test.yaml: no user 'postgres' to run as\n"
            "  hint: state it under accounts: users, or name the package that brings it\n");
  image.recipe.run_as = "1000:1000";
  EXPECT_EQ(error_of([&] { image.run(accounts); }), "(no error)");
}

TEST(Accounts, AMalformedMasterIsAnError) {
  for (const std::string line : {"root:x:0:0:root:/root", "root:x:zero:0:root:/root:/bin/sh",
                                 ":x:0:0:::", "root:x:4294967295:0:root:/root:/bin/sh"}) {
    Image image;
    image.add("base-passwd", {{"usr/share/base-passwd/passwd.master", line + "\n"}});
    EXPECT_EQ(error_of([&] { image.run(accounts); }),
              fmt::format("error: passwd.master: malformed account line '{}'\n", line));
  }
}

TEST(Sysusers, ReadsEveryForm) {
  const auto parsed = parse_sysusers(
      "u  a 5:60   \"One, \\\"two\\\"\" /home/a /bin/sh\n"
      "u! b -:users -\n"
      "u c /var/lib/c\n"
      "g\td -\n"
      "m b d\n"
      "r - 500-900\n"
      "; nothing\n",
      "x.conf");
  ASSERT_EQ(parsed.size(), 5U);
  EXPECT_EQ(parsed[0].id, 5U);
  EXPECT_EQ(parsed[0].gid, 60U);
  EXPECT_EQ(parsed[0].gecos, "One, \"two\"");
  EXPECT_EQ(parsed[0].home, "/home/a");
  EXPECT_EQ(parsed[0].shell, "/bin/sh");
  EXPECT_EQ(parsed[1].id, std::nullopt);
  EXPECT_EQ(parsed[1].group, "users");
  EXPECT_EQ(parsed[1].home, "/");
  EXPECT_EQ(parsed[1].shell, "/usr/sbin/nologin");
  EXPECT_EQ(parsed[2].id, std::nullopt);
  EXPECT_EQ(parsed[3].kind, Sysuser::Kind::group);
  EXPECT_EQ(parsed[4].kind, Sysuser::Kind::member);
  EXPECT_EQ(parsed[4].group, "d");
}

TEST(Sysusers, RefusesWhatWouldBreakPasswd) {
  for (const std::string line :
       {"u", "x a -", "u a:b -", "u 1a -", "u a 99999999999", "u a -:b:c", "u a - \"x:y\"", "u a - \"open", "m a -"}) {
    EXPECT_EQ(error_of([&] { parse_sysusers("\n" + line + "\n", "/usr/lib/sysusers.d/x.conf"); }),
              fmt::format("error: /usr/lib/sysusers.d/x.conf:2: malformed sysusers.d line '{}'\n", line));
  }
}

}  // namespace
}  // namespace debone::effects
