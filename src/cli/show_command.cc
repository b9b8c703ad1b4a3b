#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/listed_packages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "image/read.h"

namespace debone::cli {
namespace {

struct Options {
  std::string image;
  std::string arch;
  Format format = Format::text;
};

nlohmann::ordered_json json_of(const image::StoredImage& image, const std::vector<std::uint64_t>& tar_sizes,
                               const std::vector<ListedPackage>& listed) {
  const auto& config = image.config();
  auto layers = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < tar_sizes.size(); ++i) {
    const auto& layer = image.layers()[i];
    layers.push_back({{"digest", layer.digest.oci()},
                      {"media_type", layer.media_type},
                      {"size", tar_sizes[i]},
                      {"compressed_size", layer.size}});
  }
  auto packages = nlohmann::ordered_json::array();
  for (const auto& package : listed) {
    packages.push_back({{"name", package.name},
                        {"version", package.version},
                        {"architecture", package.architecture},
                        {"installed_size", package.installed_size}});
  }
  return {{"digest", image.manifest_digest().oci()},
          {"config",
           {{"architecture", config.architecture},
            {"variant", config.variant},
            {"created", base::iso_time(config.created)},
            {"user", config.user},
            {"environment", config.environment},
            {"entrypoint", config.entrypoint},
            {"cmd", config.cmd},
            {"work_dir", config.work_dir},
            {"stop_signal", config.stop_signal},
            {"ports", config.ports},
            {"volumes", config.volumes},
            {"labels", config.labels}}},
          {"annotations", image.annotations()},
          {"layers", layers},
          {"packages", packages}};
}

std::string text_of(const image::StoredImage& image, const std::vector<std::uint64_t>& tar_sizes,
                    const std::vector<ListedPackage>& packages) {
  std::string text = image.manifest_digest().oci() + "\n";
  const auto row = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12} {}\n", label, base::printable(value));
  };
  const auto& config = image.config();
  row("platform", "linux/" + config.architecture + (config.variant.empty() ? "" : "/" + config.variant));
  row("created", base::iso_time(config.created));
  row("user", config.user.empty() ? "root" : config.user);
  row("entrypoint", base::join(config.entrypoint, " "));
  row("cmd", base::join(config.cmd, " "));
  row("work-dir", config.work_dir);
  row("stop-signal", config.stop_signal);
  row("ports", base::join(config.ports, ", "));
  row("volumes", base::join(config.volumes, ", "));
  for (const auto& [name, value] : config.environment) row("environment", name + "=" + value);
  for (const auto& [name, value] : config.labels) row("label", name + "=" + value);
  std::uint64_t size = 0;
  std::uint64_t compressed = 0;
  for (std::size_t i = 0; i < tar_sizes.size(); ++i) {
    const auto& layer = image.layers()[i];
    row("layer", fmt::format("{} {}, {} compressed", layer.digest.oci(), base::human_size(tar_sizes[i]),
                             base::human_size(layer.size)));
    size += tar_sizes[i];
    compressed += layer.size;
  }
  row("size", fmt::format("{}, {} compressed", base::human_size(size), base::human_size(compressed)));
  row("packages", fmt::format("{}", packages.size()));
  for (const auto& package : packages) {
    text += fmt::format("    {:<32} {} {}\n", base::printable(package.name), base::printable(package.version),
                        base::printable(package.architecture));
  }
  return text;
}

int show(const Options& options) {
  const auto image = image::StoredImage::open(options.image, options.arch);
  std::vector<std::uint64_t> tar_sizes;
  const auto tree = image::file_system(image, [&](std::uint64_t tar_size) { tar_sizes.push_back(tar_size); });
  const auto packages = listed_packages(tree);
  print(options.format == Format::json ? json_of(image, tar_sizes, packages).dump(2) + "\n"
                                       : text_of(image, tar_sizes, packages));
  return 0;
}

}  // namespace

Command show_command() {
  return {
      .name = "show",
      .summary = "Show an image's configuration, layers, packages and size",
      .description =
          "Reads IMAGE (an OCI layout, its tar, or a docker archive; debone's or another tool's), verifies every "
          "digest, and prints what it would run, its layers, and the Debian packages it holds.",
      .examples = {{"debone show php-fpm", "an image that debone built"},
                   {"debone show image.tar --format json", "what `docker save` wrote, for a program to read"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            app.add_option("--arch", options->arch, "Which of several architectures, in OCI's words: amd64, arm64")
                ->type_name("ARCH");
            add_format(app, options->format);
            return [options] { return show(*options); };
          },
  };
}

}  // namespace debone::cli
