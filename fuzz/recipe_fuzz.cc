// recipe::parse: a recipe of a stranger's, alias bombs and deep nesting included.
#include "fuzz.h"
#include "recipe/load.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto none = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  fuzz::let_refuse([&] { recipe::parse(fuzz::text_of(data, size), "fuzz.yaml", "/nonexistent", none); });
  return 0;
}
