// A server's Content-Range, which says where the bytes of a resumed download begin.
#include "archive/content_range.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto text = fuzz::text_of(data, size);
  if (archive::parse_content_range(text)) fuzz::require(text.starts_with("bytes "));
  return 0;
}
