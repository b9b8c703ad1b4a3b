// base::decompress: a first byte chooses the format, the rest is the compressed data.
#include "base/compression.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  constexpr std::uint64_t limit = 1U << 20U;
  if (size == 0) return 0;
  const auto format = static_cast<base::Compression>(data[0] % 5);
  const auto bytes = fuzz::text_of(data, size).substr(1);
  fuzz::let_refuse([&] { fuzz::require(base::decompress(bytes, format, limit).size() <= limit); });
  return 0;
}
