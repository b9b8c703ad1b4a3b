// archive::Keyring: keys in binary or armour, from a file or a URL.
#include "archive/release.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] { archive::Keyring::parse(std::string(fuzz::text_of(data, size)), "fuzz.gpg").fingerprints(); });
  return 0;
}
