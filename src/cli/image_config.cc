#include "cli/image_config.h"

namespace debone::cli {

image::Config config_of(const recipe::Recipe& recipe, const std::string& architecture, std::int64_t created) {
  const auto platform = image::platform_of(architecture);
  image::Config config;
  config.architecture = platform.architecture;
  config.variant = platform.variant;
  config.created = created;
  config.user = recipe.run_as;
  config.environment = recipe.environment;
  config.environment.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  config.entrypoint = recipe.entrypoint;
  config.cmd = recipe.cmd;
  config.work_dir = recipe.work_dir;
  config.stop_signal = recipe.stop_signal;
  config.ports = recipe.ports;
  config.volumes = recipe.volumes;
  config.labels = recipe.annotations;
  return config;
}

}  // namespace debone::cli
