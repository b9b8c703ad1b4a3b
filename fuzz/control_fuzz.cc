// debian::Stanza and what splits a file into stanzas.
#include "debian/control.h"
#include "debian/package_record.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  for (const auto stanza : debian::split_stanzas(fuzz::text_of(data, size))) {
    fuzz::let_refuse([&] {
      const auto parsed = debian::Stanza::parse(stanza);
      for (const auto& field : parsed.fields()) debian::value_lines(field.value);
    });
    fuzz::let_refuse([&] { debian::parse_package(stanza, "amd64"); });
  }
  return 0;
}
