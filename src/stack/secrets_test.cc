#include "stack/secrets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

namespace debone::stack {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

TEST(Secrets, AreMadeOnceAndLeftAlone) {
  const base::TempDir folder("debone-test");
  const std::vector<Secret> secrets{{*base::RelPath::parse("secrets/a"), 24}, {*base::RelPath::parse("secrets/b"), 16}};
  EXPECT_EQ(make_secrets(folder.path(), secrets), (std::vector<std::string>{"secrets/a", "secrets/b"}));
  const auto made = base::read_file(folder.path() / "secrets/a", 100);
  EXPECT_EQ(made.size(), 48U);
  EXPECT_TRUE(base::is_hex(made));
  EXPECT_EQ(mode_of(folder.path() / "secrets"), 0700U);
  EXPECT_EQ(mode_of(folder.path() / "secrets/a"), 0444U);

  std::filesystem::remove(folder.path() / "secrets/b");
  EXPECT_EQ(make_secrets(folder.path(), secrets), std::vector<std::string>{"secrets/b"});
  EXPECT_EQ(base::read_file(folder.path() / "secrets/a", 100), made);
}

TEST(Secrets, ALinkIsLeftAloneToo) {
  const base::TempDir folder("debone-test");
  std::filesystem::create_symlink("elsewhere", folder.path() / "a");
  EXPECT_TRUE(make_secrets(folder.path(), {{*base::RelPath::parse("a"), 24}}).empty());
}

}  // namespace
}  // namespace debone::stack
