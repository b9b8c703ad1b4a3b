#include "archive/snapshot.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace debone::archive {
namespace {

constexpr std::array<std::int64_t, 8> hours_after{0, 2, 6, 12, 24, 48, 96, 168};

// "20261124T014203Z"
std::string timestamp(std::int64_t seconds) {
  auto text = base::iso_time(seconds);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::vector<std::string> snapshot_roots(const std::string& snapshot, std::int64_t date) {
  std::vector<std::string> roots;
  for (const auto hours : hours_after) roots.push_back(snapshot + timestamp(date + hours * 3600) + "/");
  return roots;
}

}  // namespace debone::archive
