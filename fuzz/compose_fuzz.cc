// stack::describe: the text of a compose file that came with a stack of somebody's making.
#include "fuzz.h"
#include "stack/description.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] { stack::describe(fuzz::text_of(data, size), "compose.yaml"); });
  return 0;
}
