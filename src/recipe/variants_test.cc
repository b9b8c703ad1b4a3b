#include "recipe/variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/load.h"
#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Recipe with(const std::string& more) {
  return parse("name: x\ncontents: {sources: [{debian: trixie}], packages: [libc6]}\n" + more, "x.yaml", "/home/user",
               nullptr);
}

TEST(Variants, stand_in_one_order_latest_first) {
  EXPECT_THAT(with("variants: [debug-nonroot, nonroot]\n").variants,
              ElementsAre(Variant::latest, Variant::nonroot, Variant::debug_nonroot));
  EXPECT_THAT(with("variants: [debug]\n").variants, ElementsAre(Variant::latest, Variant::debug));
  EXPECT_THAT(with("").variants, IsEmpty());
}

TEST(Variants, nonroot_brings_its_account_and_its_home) {
  const auto recipe = with("variants: [debug-nonroot]\npaths: [{path: /home/nonroot, type: directory, uid: 0}]\n");
  ASSERT_EQ(recipe.users.size(), 1U);
  EXPECT_EQ(recipe.users[0].name, "nonroot");
  EXPECT_EQ(recipe.users[0].uid, 65532U);
  EXPECT_EQ(recipe.users[0].gid, 65532U);
  EXPECT_EQ(recipe.users[0].home, "/home/nonroot");
  ASSERT_EQ(recipe.paths.size(), 2U);
  EXPECT_EQ(recipe.paths[0].uid, 65532U);
  EXPECT_EQ(recipe.paths[1].uid, 0U);
  EXPECT_THAT(with("variants: [debug]\n").users, IsEmpty());
}

TEST(Variants, nonroot_of_the_recipe_is_left_as_it_is) {
  const auto recipe =
      with("accounts: {users: [{username: nonroot, uid: 65532, homedir: /srv}]}\nvariants: [nonroot]\n");
  ASSERT_EQ(recipe.users.size(), 1U);
  EXPECT_EQ(recipe.users[0].home, "/srv");
  EXPECT_THAT(recipe.paths, IsEmpty());
  const auto grouped = with("accounts: {groups: [{groupname: nonroot, gid: 7}]}\nvariants: [nonroot]\n");
  EXPECT_EQ(grouped.users.at(0).gid, 7U);
}

TEST(Variants, are_refused_where_they_are_no_variants) {
  EXPECT_EQ(error_of([] { with("variants: [debugging]\n"); }),
            "error: x.yaml:3:12: 'variants' cannot be 'debugging'\n"
            "  hint: choose from 'latest', 'nonroot', 'debug' and 'debug-nonroot'\n");
  EXPECT_EQ(error_of([] { with("variants: [debug, debug]\n"); }),
            "error: x.yaml:3:19: the variant 'debug' stands twice\n  hint: its first place is x.yaml:3:12\n");
  EXPECT_EQ(error_of([] { with("variants: [nonroot]\naccounts: {users: [{username: nonroot, uid: 1000}]}\n"); }),
            "error: x.yaml:3:11: the user 'nonroot' of 'accounts' has uid 1000, these variants run as 65532\n");
  EXPECT_EQ(error_of([] { with("variants: [nonroot]\naccounts: {users: [{username: app, uid: 65532}]}\n"); }),
            "error: x.yaml:3:11: the user 'app' of 'accounts' has the number 65532 of 'nonroot'\n");
  EXPECT_EQ(error_of([] { with("variants: [nonroot]\naccounts: {groups: [{groupname: app, gid: 65532}]}\n"); }),
            "error: x.yaml:3:11: the group 'app' of 'accounts' has the number 65532 of 'nonroot'\n");
}

}  // namespace
}  // namespace debone::recipe
