// The cases of cases/*.txt (test_cases.h says how they are written): small archives, requests, and what must come out.
// Each file is read, solved and written again with our answers, and must come out as it stands (ACCEPT=1 writes it).
// The real apt gets the same archives and requests and must choose the same packages, or refuse as well, but for
// requests marked with `apt differs`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "resolve/test_cases.h"

namespace debone::resolve {
namespace {

std::filesystem::path folder() { return std::filesystem::path(DEBONE_SOURCE_DIR) / "src/resolve/cases"; }

std::vector<std::string> case_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

class Cases : public testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path path() const { return folder() / (GetParam() + ".txt"); }
  std::string text() const { return base::read_file(path(), 1U << 20U); }
};

TEST_P(Cases, AreSolvedAsTheFileSays) {
  const auto answered = CaseFile(text()).answered();
  if (std::getenv("ACCEPT") != nullptr) base::write_file_atomically(path(), answered);
  EXPECT_EQ(answered, text());
}

TEST_P(Cases, AreSolvedAsAptDoes) { EXPECT_THAT(CaseFile(text()).differences_from_apt(), testing::IsEmpty()); }

INSTANTIATE_TEST_SUITE_P(, Cases, testing::ValuesIn(case_files()), [](const auto& it) { return it.param; });

}  // namespace
}  // namespace debone::resolve
