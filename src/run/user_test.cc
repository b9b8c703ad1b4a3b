#include "run/user.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "image/test_image.h"

namespace debone::run {
namespace {

using base::Exit;
using image::error_of;
using image::path_of;

tree::Tree with_accounts() {
  tree::Tree tree;
  tree.put_file(path_of("etc/passwd"),
                "root:x:0:0:root:/root:/bin/bash\n"
                "www-data:x:33:34:www-data:/var/www:/usr/sbin/nologin\n"
                "1000:x:77:78::/home/digits:\n"
                "homeless:x:5:5:::\n"
                "broken line\n"
                "bad:x:-1:0::/:\n",
                0644, 0, "effect:accounts");
  tree.put_file(path_of("etc/group"),
                "root:x:0:\nadm:x:4:www-data,other\nssl-cert:x:2:www-data\nbroken\nbad:x:99999999999:www-data\n", 0644,
                0, "effect:accounts");
  return tree;
}

std::string told(const std::string& text, const tree::Tree& tree = with_accounts()) {
  const auto user = find_user(tree, text);
  auto out = fmt::format("{}:{} {}", user.uid, user.gid, user.home);
  for (const auto group : user.groups) out += fmt::format(" +{}", group);
  return out;
}

TEST(User, IsFoundByNameOrNumberInTheImagesPasswd) {
  EXPECT_EQ(told(""), "0:0 /root");
  EXPECT_EQ(told("root"), "0:0 /root");
  EXPECT_EQ(told("www-data"), "33:34 /var/www +2 +4");
  EXPECT_EQ(told("33"), "33:34 /var/www +2 +4");
  EXPECT_EQ(told("homeless"), "5:5 /");
}

TEST(User, ANumberNeedsNoEntry) {
  EXPECT_EQ(told("65532"), "65532:0 /");
  EXPECT_EQ(told("65532:65533"), "65532:65533 /");
  EXPECT_EQ(told("", tree::Tree()), "0:0 /");
}

TEST(User, ANameOfDigitsWins) { EXPECT_EQ(told("1000"), "77:78 /home/digits"); }

TEST(User, ANamedGroupReplacesTheOthers) {
  EXPECT_EQ(told("www-data:adm"), "33:4 /var/www");
  EXPECT_EQ(told("www-data:9"), "33:9 /var/www");
  EXPECT_EQ(told(":adm"), "0:4 /root");
}

TEST(User, WhoIsUnknownIsAnError) {
  const auto unknown = [](const std::string& text) {
    return error_of([&] { find_user(with_accounts(), text); }, Exit::usage);
  };
  const std::string hint = "\n  hint: name it by its number, as in --user 65532:65532\n";
  EXPECT_EQ(unknown("nobody"), "error: the image has no user 'nobody' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("bad"), "error: the image has no user 'bad' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("4294967295"), "error: the image has no user '4294967295' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("-1"), "error: the image has no user '-1' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("root:wheel"), "error: the image has no group 'wheel' in /etc/group" + hint);
}

}  // namespace
}  // namespace debone::run
