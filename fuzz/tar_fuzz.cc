// base::read_tar: whatever it gives lies within the archive.
#include "base/tar_reader.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto archive = fuzz::text_of(data, size);
  fuzz::let_refuse([&] {
    for (const auto& entry : base::read_tar(archive)) {
      fuzz::require((entry.mode & ~07777U) == 0);
      if (entry.content.empty()) continue;
      fuzz::require(entry.content.data() >= archive.data() &&
                    entry.content.data() + entry.content.size() <= archive.data() + archive.size());
    }
  });
  return 0;
}
