// The rules of a .deboneignore: the bytes up to the first NUL, those after it are a path that is judged by them.
#include "fuzz.h"
#include "tree/ignore.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto text = fuzz::text_of(data, size);
  const auto end = text.find('\0');
  const auto path = end == std::string_view::npos ? "a/b" : text.substr(end + 1);
  fuzz::let_refuse([&] {
    const auto rules = tree::IgnoreRules::parse(text.substr(0, end), ".deboneignore");
    // What only directories are ignored by does not ignore a file.
    if (rules.ignores(path, false) && text.find('!') == std::string_view::npos)
      fuzz::require(rules.ignores(path, true));
  });
  return 0;
}
