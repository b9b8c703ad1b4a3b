// structure::parse and parse_env_file: a file of tests, and what it names, of a stranger's.
#include "fuzz.h"
#include "structure/environment.h"
#include "structure/test_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto text = fuzz::text_of(data, size);
  // A file that names an envFile would have the fuzzer read what happens to be there.
  if (text.find("envFile") == std::string_view::npos) fuzz::let_refuse([&] { structure::parse(text, "fuzz.yaml"); });
  fuzz::let_refuse([&] { structure::parse_env_file(text, "fuzz.env"); });
  structure::expand(text, {{"A", "b"}});
  return 0;
}
