#include "run/run.h"

#include <unistd.h>

#include "base/process.h"
#include "run/enclosure.h"
#include "run/launch.h"

namespace debone::run {

Ended run(const image::StoredImage& image, const Options& options) {
  const bool terminal = ::isatty(0) == 1 && ::isatty(1) == 1;
  auto launch = prepare(image.config(), image::file_system(image), options, terminal);
  return in_bundle(std::move(launch), [](const Bundle& bundle, const std::optional<IdMaps>& id_maps) {
    const int status = in_enclosure(id_maps, Terminal::shared, [&] {
      return base::run_in_foreground(bundle.command({"run", "--bundle", bundle.folder().string(), bundle.id()}));
    });
    return status == 0 ? 0 : bundle.failure_of_runc().value_or(status);
  });
}

}  // namespace debone::run
