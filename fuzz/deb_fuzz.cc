// package::read_deb and read_control: ar, control.tar and data.tar of anybody's making.
#include "fuzz.h"
#include "package/deb.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  constexpr std::uint64_t limit = 4U << 20U;
  const auto bytes = fuzz::text_of(data, size);
  fuzz::let_refuse([&] { package::read_deb(bytes, "amd64", "fuzz.deb", limit); });
  fuzz::let_refuse([&] { package::read_control(bytes, "fuzz.deb"); });
  return 0;
}
