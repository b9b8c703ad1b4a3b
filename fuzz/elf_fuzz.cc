// package::read_elf.
#include "fuzz.h"
#include "package/elf.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] { package::read_elf(fuzz::text_of(data, size)); });
  return 0;
}
