#include "tree/hard_links.h"

#include <gtest/gtest.h>

namespace debone::tree {
namespace {

using base::RelPath;

TEST(FollowHardLinks, TheOtherNamesGetModeAndOwner) {
  Tree tree;
  const auto group = tree.new_hard_link_group();
  for (const auto* path : {"a", "b", "other"}) {
    tree.put_file(*RelPath::parse(path), "", 0644, 0, "package:p");
    if (*path != 'o') tree.at(*RelPath::parse(path)).hard_link_group = group;
  }
  auto& changed = tree.at(*RelPath::parse("b"));
  changed.mode = 0600;
  changed.uid = 7;
  changed.gid = 8;
  follow_hard_links(tree, {*RelPath::parse("other"), *RelPath::parse("b")});
  const auto& first = tree.at(*RelPath::parse("a"));
  EXPECT_EQ(first.mode, 0600U);
  EXPECT_EQ(first.uid, 7U);
  EXPECT_EQ(first.gid, 8U);
  EXPECT_EQ(tree.at(*RelPath::parse("other")).mode, 0644U);
}

}  // namespace
}  // namespace debone::tree
