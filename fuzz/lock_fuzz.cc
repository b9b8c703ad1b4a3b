// resolve::parse_lock: a lock of a stranger's; one that is read is written as a lock that is read as the same.
#include "fuzz.h"
#include "resolve/lock.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    const auto written = resolve::text_of(resolve::parse_lock(fuzz::text_of(data, size), "fuzz.lock"));
    std::string again;
    try {
      again = resolve::text_of(resolve::parse_lock(written, "fuzz.lock"));
    } catch (const base::Error&) {
      fuzz::require(false);
    }
    fuzz::require(again == written);
  });
  return 0;
}
