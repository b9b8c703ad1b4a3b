#include "cli/image_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "recipe/variants.h"

namespace debone::cli {

image::Config config_of(const recipe::Recipe& recipe, recipe::Variant variant, const std::string& architecture,
                        std::int64_t created) {
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
  if (recipe::is_nonroot(variant)) {
    config.user = fmt::format("{}", recipe::nonroot_id);
    const auto nonroot = std::ranges::find(recipe.users, recipe::nonroot_id, &recipe::User::uid);
    const bool has_home = nonroot != recipe.users.end() && nonroot->home != recipe::User().home;
    if (config.work_dir.empty() && has_home) config.work_dir = nonroot->home;
  }
  if (recipe::is_debug(variant)) {
    auto& path = config.environment["PATH"];
    path = path.empty() ? "/busybox" : "/busybox:" + path;
    if (config.entrypoint.empty() && config.cmd.empty()) config.entrypoint = {"/busybox/sh"};
    config.labels[image::variant_label] = recipe::name_of(recipe::Variant::debug);
  }
  return config;
}

}  // namespace debone::cli
