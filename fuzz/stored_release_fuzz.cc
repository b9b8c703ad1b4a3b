// archive::UnverifiedRelease as the store keeps it, which is also Release with its Release.gpg, against the key in
// data/key.gpg: nothing but the text that this key did sign may pass.
#include "archive/release.h"
#include "base/file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  static const auto keyring =
      archive::Keyring::parse(base::read_file(FUZZ_DIR "/data/key.gpg", 1U << 20U), "data/key.gpg");
  constexpr std::int64_t now = 1800000000;
  fuzz::let_refuse([&] {
    const auto stored = archive::UnverifiedRelease::decoded(std::string(fuzz::text_of(data, size)), "fuzz");
    if (stored) fuzz::require(stored->verify(keyring, now).fields().origin == "Corpus");
  });
  return 0;
}
