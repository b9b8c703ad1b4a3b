// archive::UnverifiedRelease as the store keeps it, which is also Release with its Release.gpg, against the key in
// data/key.gpg: nothing but the text that this key did sign may pass.
#include "archive/release.h"
#include "corpus_key.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    const auto stored = archive::UnverifiedRelease::decoded(std::string(fuzz::text_of(data, size)), "fuzz");
    if (stored) fuzz::require(stored->verify(fuzz::corpus_key(), fuzz::corpus_time).fields().origin == "Corpus");
  });
  return 0;
}
