// What a service answers debone-init's probes: FastCGI's records, a ping page, the head of an HTTP answer.
#include "fuzz.h"
#include "init/fcgi.h"
#include "init/probe.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto bytes = fuzz::text_of(data, size);
  init::judge_ping(bytes);
  init::judge_http(bytes);
  if (const auto answer = init::fcgi_answer(bytes)) {
    fuzz::require(answer->size() < size);
    init::judge_ping(*answer);
  }
  return 0;
}
