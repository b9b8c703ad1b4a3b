// archive::UnverifiedRelease against the key in data/key.gpg: nothing but the texts that this key did sign may pass.
#include "archive/release.h"
#include "corpus_key.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    const auto release = archive::UnverifiedRelease::inline_signed(std::string(fuzz::text_of(data, size)), "fuzz")
                             .verify(fuzz::corpus_key(), fuzz::corpus_time);
    fuzz::require(release.fields().origin == "Corpus");
  });
  return 0;
}
