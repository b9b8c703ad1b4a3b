// debian::parse_release.
#include "debian/release.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] { debian::parse_release(fuzz::text_of(data, size)); });
  return 0;
}
