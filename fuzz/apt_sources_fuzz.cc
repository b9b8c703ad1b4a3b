// archive::debian_mirrors: this machine's apt sources, in both of their forms. Input is written to a folder of its own.
#include "archive/mirror.h"
#include "base/file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  static const base::TempDir folder("debone-fuzz-");
  const auto text = fuzz::text_of(data, size);
  base::make_directories(folder.path() / "sources.list.d");
  base::write_file_atomically(folder.path() / "sources.list", text);
  base::write_file_atomically(folder.path() / "sources.list.d/fuzz.sources", text);
  fuzz::let_refuse([&] {
    const auto mirrors = archive::debian_mirrors({"trixie", {"main"}, {}, {}, {}}, folder.path());
    fuzz::require(mirrors.archive.ends_with('/') && mirrors.security.ends_with('/'));
  });
  return 0;
}
