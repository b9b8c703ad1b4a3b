#include "resolve/lock_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debone::resolve {
namespace {

using ::testing::ElementsAre;

LockedPackage package(const std::string& name, const std::string& version, LockedState state = LockedState::kept) {
  LockedPackage one;
  one.name = name;
  one.version = version;
  one.architecture = "amd64";
  one.state = state;
  return one;
}

Lock lock_of(std::vector<LockedPackage> packages) {
  Lock lock;
  lock.architectures.push_back({.name = "amd64", .packages = std::move(packages), .unresolved = {}, .place = {}});
  return lock;
}

TEST(LockChanges, AreThoseOfTheImage) {
  auto rebuilt = package("rebuilt", "1");
  rebuilt.sha256 = base::Digest::of("x");
  const auto before = lock_of({package("gone", "1"), package("moved", "1"), package("perl", "5", LockedState::left_out),
                               package("rebuilt", "1"), package("same", "1"), package("tool", "1"),
                               package("was-out", "1", LockedState::left_out)});
  const auto after = lock_of({package("moved", "2"), package("new", "1"), rebuilt, package("same", "1"),
                              package("tool", "2", LockedState::data_only), package("was-out", "1"),
                              package("zlib", "1", LockedState::left_out)});
  std::vector<std::string> lines;
  for (const auto& change : lock_changes(before, after)) lines.push_back(change.str());
  EXPECT_THAT(lines, ElementsAre("- gone 1", "~ moved 1 -> 2", "+ new 1", "~ rebuilt 1: another build",
                                 "~ tool 1 -> 2: kept -> data-only", "+ was-out 1"));
  EXPECT_TRUE(lock_changes(before, before).empty());
}

}  // namespace
}  // namespace debone::resolve
