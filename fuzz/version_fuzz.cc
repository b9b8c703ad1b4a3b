// debian::Version, one a line: its order is total.
#include <vector>

#include "base/text.h"
#include "debian/version.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  std::vector<debian::Version> versions;
  for (const auto line : base::lines(fuzz::text_of(data, size))) {
    if (versions.size() == 8) break;
    fuzz::let_refuse([&] { versions.push_back(debian::Version::parse(line)); });
  }
  for (const auto& a : versions) {
    for (const auto& b : versions) {
      fuzz::require((a < b) == (b > a) && (a == b) == (b == a));
      for (const auto& c : versions) fuzz::require(!(a <= b && b <= c) || a <= c);
    }
  }
  return 0;
}
