// debian::PackageIndex: the index as a whole, and each stanza when it is asked for.
#include "debian/package_index.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    const auto index = debian::PackageIndex::parse(std::string(fuzz::text_of(data, size)), "amd64", "fuzz");
    for (debian::PackageIndex::Id id = 0; id < index.size(); ++id) {
      fuzz::let_refuse([&] { static_cast<void>(index.at(id)); });
    }
    for (const auto& name : index.names()) fuzz::require(!index.named(name).empty());
  });
  return 0;
}
