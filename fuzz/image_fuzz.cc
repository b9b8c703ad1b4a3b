// image::StoredImage over a tar: an OCI layout's or docker's, with layers of anybody's making.
#include <fmt/format.h>
#include <sys/mman.h>

#include "base/file.h"
#include "fuzz.h"
#include "image/read.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const base::Fd file(::memfd_create("image", MFD_CLOEXEC));
  const auto path = fmt::format("/proc/self/fd/{}", file.get());
  base::write_all(file.get(), fuzz::text_of(data, size), path);
  fuzz::let_refuse([&] { image::file_system(image::StoredImage::open(path, "amd64")); });
  return 0;
}
