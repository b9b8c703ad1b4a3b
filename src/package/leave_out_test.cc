#include "package/leave_out.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "package/test_deb.h"

namespace debone::package {
namespace {

using base::tar_entry;
using testing::ElementsAre;

// A file, two other names of it, one of which is a name of the other name, and a link.
Deb example() {
  const auto data = tar_entry({.name = "./", .type = '5'}) +
                    tar_entry({.name = "./usr/x", .content = "content", .mode = 0755, .uid = "0000041"}) +
                    tar_entry({.name = "./usr/y", .type = '1', .link = "./usr/x"}) +
                    tar_entry({.name = "./usr/z", .type = '1', .link = "usr/y"}) +
                    tar_entry({.name = "./usr/link", .type = '2', .link = "x"}) + base::tar_end();
  return read_deb(deb(control_tar(control_text("a", "1")), data), "amd64", "a.deb", 1U << 20U);
}

std::vector<std::string> left(const std::vector<std::size_t>& which) {
  auto deb = example();
  leave_out(deb, which);
  std::vector<std::string> lines;
  for (const auto& entry : deb.entries) {
    lines.push_back(fmt::format("{} {:o} {} {} {}{}", entry.name, entry.mode, entry.uid, entry.content,
                                entry.link_target.empty() ? "" : "-> ", entry.link_target));
  }
  return lines;
}

TEST(LeaveOut, TakesEntriesAndLeavesTheOthers) {
  EXPECT_EQ(left({}).size(), 5U);
  EXPECT_THAT(left({0, 2, 3}), ElementsAre("./usr/x 755 33 content ", "./usr/link 644 0  -> x"));
}

TEST(LeaveOut, AHardLinkBecomesTheFileThatGoes) {
  EXPECT_THAT(left({0, 1, 4}), ElementsAre("./usr/y 755 33 content ", "./usr/z 644 0  -> ./usr/y"));
  EXPECT_THAT(left({0, 1, 2, 4}), ElementsAre("./usr/z 755 33 content "));
}

TEST(LeaveOut, ANameOfANameThatGoesIsOneOfTheFile) {
  EXPECT_THAT(left({0, 2, 4}), ElementsAre("./usr/x 755 33 content ", "./usr/z 644 0  -> ./usr/x"));
}

}  // namespace
}  // namespace debone::package
