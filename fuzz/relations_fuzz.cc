// debian::parse_relations: what it accepts it also writes, and reads again as the same.
#include "debian/relation.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    for (const auto& alternatives : debian::parse_relations(fuzz::text_of(data, size), "amd64")) {
      const auto text = debian::str(alternatives);
      const auto again = debian::parse_relations(text, "amd64");
      fuzz::require(again.size() == 1 && debian::str(again[0]) == text);
    }
  });
  return 0;
}
