// package::inspect over a .deb of anybody's making, its facts through the store's form, and what the lean closure makes
// of them: links in circles, scripts, dlopen notes.
#include "evidence/closure.h"
#include "fuzz.h"
#include "package/deb.h"
#include "package/facts.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  constexpr std::uint64_t limit = 4U << 20U;
  const auto bytes = fuzz::text_of(data, size);
  fuzz::let_refuse([&] { package::decode(bytes, "amd64"); });
  fuzz::let_refuse([&] {
    const auto facts = package::inspect(package::read_deb(bytes, "amd64", "fuzz.deb", limit));
    const auto kept = package::encode(facts);
    const auto again = package::decode(kept, "amd64");
    fuzz::require(again && package::encode(*again) == kept);
    recipe::Recipe recipe;
    recipe.packages = {{facts.record.name, "", "", {}}};
    const auto closure = evidence::closure({{&*again}}, recipe);
    fuzz::require(closure.decisions.size() == 1);
  });
  return 0;
}
