#include "tree/user.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tree/test_tree.h"

namespace debone::tree {
namespace {

Tree with_accounts() {
  Tree tree;
  tree.put_file(path("etc/passwd"),
                "root:x:0:0:root:/root:/bin/bash\n"
                "www-data:x:33:34:www-data:/var/www:/usr/sbin/nologin\n"
                "1000:x:77:78::/home/digits:\n"
                "homeless:x:5:5:::\n"
                "broken line\n"
                "bad:x:-1:0::/:\n",
                0644, 0, "effect:accounts");
  tree.put_file(path("etc/group"),
                "root:x:0:\nadm:x:4:www-data,other\nssl-cert:x:2:www-data\nbroken\nbad:x:99999999999:www-data\n", 0644,
                0, "effect:accounts");
  return tree;
}

std::string told(const std::string& text, const Tree& tree = with_accounts()) {
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
  EXPECT_EQ(told("", Tree()), "0:0 /");
}

TEST(User, ANameOfDigitsWins) { EXPECT_EQ(told("1000"), "77:78 /home/digits"); }

TEST(User, ANamedGroupReplacesTheOthers) {
  EXPECT_EQ(told("www-data:adm"), "33:4 /var/www");
  EXPECT_EQ(told("www-data:9"), "33:9 /var/www");
  EXPECT_EQ(told(":adm"), "0:4 /root");
}

TEST(User, WhoIsUnknownIsAnError) {
  const auto unknown = [](const std::string& text) {
    const auto error = base::error_of([&] { find_user(with_accounts(), text); });
    EXPECT_EQ(error.code(), base::Exit::usage);
    return error.render();
  };
  const std::string hint = "\n  hint: name it by its number, as in --user 65532:65532\n";
  EXPECT_EQ(unknown("nobody"), "error: the image has no user 'nobody' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("bad"), "error: the image has no user 'bad' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("4294967295"), "error: the image has no user '4294967295' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("-1"), "error: the image has no user '-1' in /etc/passwd" + hint);
  EXPECT_EQ(unknown("root:wheel"), "error: the image has no group 'wheel' in /etc/group" + hint);
}

TEST(User, MayExecuteByTheBitsThatAreItsOwn) {
  Node node;
  node.type = NodeType::file;
  node.mode = 0750;
  node.uid = 5;
  node.gid = 4;
  const auto may = [&](const std::string& text) { return may_execute(node, find_user(with_accounts(), text)); };
  EXPECT_TRUE(may("root"));
  EXPECT_TRUE(may("homeless")) << "the owner";
  EXPECT_TRUE(may("www-data")) << "of the group adm";
  EXPECT_FALSE(may("www-data:9"));
  node.mode = 0057;
  EXPECT_FALSE(may("homeless")) << "the owner has the owner's bits alone";
  EXPECT_TRUE(may("root"));
  node.mode = 0644;
  EXPECT_FALSE(may("root"));
}

}  // namespace
}  // namespace debone::tree
