#include "package/file_sums.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace debone::package {
namespace {

TEST(SumFiles, FalseSumsGiveWayToTrueOnes) {
  Deb deb;
  deb.control_files["md5sums"] = std::string(32, '0') + "  usr/bin/a\n" + std::string(32, '1') + "  usr/bin/none\n";
  for (const auto* name : {"./usr/bin/a", "usr/bin/b", "./usr/bin/line\nend"}) {
    auto& entry = deb.entries.emplace_back();
    entry.name = name;
    entry.content = "program";
  }
  deb.entries.emplace_back().type = base::TarType::directory;
  sum_files(deb);
  const auto sum = base::md5_hex("program");
  EXPECT_EQ(deb.control_files["md5sums"], sum + "  usr/bin/a\n" + sum + "  usr/bin/b\n");
}

}  // namespace
}  // namespace debone::package
