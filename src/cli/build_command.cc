#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/build_recipe.h"
#include "cli/check_lock.h"
#include "cli/command.h"
#include "cli/cut_packages.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/make_lock.h"
#include "cli/one_of.h"
#include "cli/options.h"
#include "cli/output.h"
#include "effects/effects.h"
#include "image/new_folder.h"
#include "recipe/variants.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

enum class To { oci, docker, rootfs };

struct Options {
  std::string recipe;
  std::string output;
  To to = To::oci;
  std::string tag;
  std::vector<std::string> variants;
  ArchiveOptions archive;
  bool timings = false;
  bool strict = false;
  std::string without_finisher;
  Format format = Format::text;
};

const std::map<std::string, To> destinations{{"docker", To::docker}, {"oci", To::oci}, {"rootfs", To::rootfs}};

std::filesystem::path output_of(const Options& options, const recipe::Recipe& recipe) {
  if (!options.output.empty()) return options.output;
  switch (options.to) {
    case To::oci: return recipe.name;
    case To::docker: return recipe.name + ".tar";
    case To::rootfs: return recipe.name + ".rootfs";
  }
  return recipe.name;
}

// The variants to write: those asked for, or else all of the recipe's. A plain directory holds one.
std::vector<recipe::Variant> variants_of(const Options& options, const recipe::Recipe& recipe) {
  auto all = recipe.variants;
  if (all.empty()) all.push_back(recipe::Variant::latest);
  std::vector<std::string> names;
  for (const auto variant : all) names.emplace_back(recipe::name_of(variant));
  for (const auto& name : options.variants) {
    if (std::ranges::count(names, name) > 0) continue;
    throw Error(Exit::usage, fmt::format("{} has no variant '{}'", recipe.name, name))
        .hint(recipe.variants.empty() ? "name it under 'variants' in the recipe"
                                      : fmt::format("it has {}", base::join(names, ", ")));
  }
  if (!options.variants.empty()) {
    std::erase_if(all, [&](recipe::Variant variant) {
      return std::ranges::count(options.variants, recipe::name_of(variant)) == 0;
    });
  }
  if (options.to == To::rootfs) {
    if (options.variants.size() > 1) {
      throw Error(Exit::usage, "--to rootfs holds one variant").hint("name one with --variant");
    }
    all.resize(1);
  }
  return all;
}

// "latest" and "debug"; under --tag 1.2 "1.2" and "1.2-debug".
std::string reference_of(const Options& options, const recipe::Recipe& recipe, recipe::Variant variant) {
  const auto name = std::string(recipe::name_of(variant));
  if (options.tag.empty()) return options.to == To::docker ? recipe.name + ":" + name : name;
  if (variant == recipe::Variant::latest) return options.tag;
  const auto repository = options.tag.substr(options.tag.rfind('/') + 1);
  const bool has_tag = options.to != To::docker || repository.find(':') != std::string::npos;
  return options.tag + (has_tag ? "-" : ":") + name;
}

// Refuses what could not be written before anything is fetched for it.
void require_output(const Options& options, const recipe::Recipe& recipe,
                    const std::vector<recipe::Variant>& variants) {
  const auto output = output_of(options, recipe);
  switch (options.to) {
    case To::oci: return image::require_layout_target(output);
    case To::docker:
      for (const auto variant : variants) {
        image::require_docker_target(output, reference_of(options, recipe, variant));
      }
      return;
    case To::rootfs: return image::require_rootfs_target(output);
  }
}

// The lock that a build used, or wrote.
struct LockSaid {
  std::filesystem::path file;
  bool used = false;
  bool checked = false;  // every line is known to be as the archive's Releases have it
};

// What is written, and how show, run, docker and skopeo are told of it.
struct Result {
  std::filesystem::path output;
  std::vector<recipe::Variant> variants;
  std::vector<image::Written> written;  // one each; a plain directory has no digest
};

// What each variant is called, with its image for each architecture.
std::vector<image::Named> named(const Options& options, const recipe::Recipe& recipe,
                                const std::vector<recipe::Variant>& variants, std::vector<Built>& built) {
  std::vector<image::Named> names;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    auto& name = names.emplace_back();
    name.reference = reference_of(options, recipe, variants[i]);
    for (auto& one : built) name.images.push_back(std::move(one.image.variants.at(i)));
  }
  return names;
}

Result write(const Options& options, const recipe::Recipe& recipe, const std::vector<recipe::Variant>& variants,
             std::vector<Built>& built, Progress& progress) {
  Result result{output_of(options, recipe), variants, {}};
  progress.stage(
      "write",
      [&] {
        switch (options.to) {
          case To::oci:
            result.written = image::write_layout(result.output, named(options, recipe, variants, built));
            break;
          case To::docker:
            result.written = image::write_docker_archive(result.output, named(options, recipe, variants, built));
            break;
          case To::rootfs:
            for (const auto& line : image::write_rootfs(result.output, built.at(0).image.tree)) progress.warning(line);
            break;
        }
        return result.output.string();
      },
      [](const std::string& path) { return path; });
  return result;
}

std::string name_of(To to) {
  for (const auto& [name, destination] : destinations) {
    if (destination == to) return name;
  }
  return {};
}

nlohmann::ordered_json json_of(const LockSaid& lock) {
  return {{"file", lock.file.string()}, {"used", lock.used}, {"checked", lock.checked}};
}

nlohmann::ordered_json json_of(const Options& options, const recipe::Recipe& recipe, const Result& result,
                               const std::optional<LockSaid>& lock, const std::vector<Built>& built,
                               const Progress& progress) {
  auto images = nlohmann::ordered_json::array();
  for (const auto& [selection, image] : built) {
    auto packages = nlohmann::ordered_json::array();
    for (const auto* package : selection.architecture.taken()) {
      packages.push_back({{"name", package->name},
                          {"version", package->version},
                          {"architecture", package->architecture},
                          {"source", package->from},
                          {"state", resolve::name_of(package->state)},
                          {"reason", package->reason}});
    }
    auto findings = nlohmann::ordered_json::array();
    for (const auto& finding : image.verdict.findings) {
      findings.push_back({{"id", finding.id}, {"path", finding.path}, {"text", finding.text}});
    }
    auto allowed = nlohmann::ordered_json::array();
    for (const auto& [finding, reason] : image.verdict.allowed) {
      allowed.push_back({{"id", finding.id}, {"path", finding.path}, {"reason", reason}});
    }
    auto cut = nlohmann::ordered_json::array();
    for (const auto& total : image.cut) {
      cut.push_back({{"rule", total.rule}, {"files", total.files}, {"size", total.bytes}});
    }
    images.push_back({{"architecture", selection.architecture.name},
                      {"base", selection.architecture.base ? nlohmann::ordered_json(selection.architecture.base->oci())
                                                           : nlohmann::ordered_json()},
                      {"size", image.tar_size},
                      {"compressed_size", image.compressed_size},
                      {"apt_size", selection.architecture.apt_size},
                      {"apt_packages", selection.architecture.apt_packages},
                      {"packages", packages},
                      {"cut", cut},
                      {"findings", findings},
                      {"allowed", allowed},
                      {"waived", selection.waived}});
  }
  auto timings = nlohmann::ordered_json::array();
  for (const auto& timing : progress.timings())
    timings.push_back({{"stage", timing.stage}, {"seconds", timing.seconds}});
  auto variants = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < result.written.size(); ++i) {
    variants.push_back({{"name", recipe::name_of(result.variants[i])},
                        {"reference", result.written[i].reference},
                        {"digest", result.written[i].digest.oci()}});
  }
  return {{"name", recipe.name},
          {"digest", result.written.empty() ? nlohmann::ordered_json()
                                            : nlohmann::ordered_json(result.written.front().digest.oci())},
          {"variants", variants},
          {"output", result.output.string()},
          {"format", name_of(options.to)},
          {"lock", lock ? json_of(*lock) : nlohmann::ordered_json()},
          {"images", images},
          {"warnings", progress.warnings()},
          {"timings", timings}};
}

std::string told(const LockSaid& lock, const std::string& recipe) {
  if (!lock.used) return fmt::format("{} (written)", lock.file.string());
  return lock.checked ? fmt::format("{} (checked)", lock.file.string())
                      : fmt::format("{} (not checked; debone lock --check {})", lock.file.string(), recipe);
}

// How `debone run` is told of the first image that was written.
std::string runnable(const Result& result) {
  const auto& name = result.written.front().reference;
  const bool is_taken = result.written.size() == 1 || name == "latest";
  return is_taken ? result.output.string() : result.output.string() + ":" + name;
}

std::string text_of(const Options& options, const recipe::Recipe& recipe, const Result& result,
                    const std::optional<LockSaid>& lock, const std::vector<Built>& built, const Progress& progress) {
  std::string text = fmt::format("\n{}", recipe.name);
  if (!result.written.empty()) text += "  " + result.written.front().digest.oci();
  text += "\n";
  const auto row = [&](std::string_view label, const std::string& value) {
    text += fmt::format("  {:<9} {}\n", label, value);
  };
  for (const auto& [selection, image] : built) {
    const auto& architecture = selection.architecture;
    if (built.size() > 1) text += fmt::format(" {}\n", architecture.name);
    row("packages", fmt::format("{}", std::ranges::count_if(architecture.taken(), [](const auto* package) {
                                  return package->state != resolve::LockedState::read;
                                })));
    if (architecture.base) row("base", fmt::format("{}  {}", recipe.extends->written, architecture.base->oci()));
    if (image.tar_size > 0) {
      row("size",
          fmt::format("{}, {} compressed", base::human_size(image.tar_size), base::human_size(image.compressed_size)));
    }
    row("cut", summary_of(image.cut));
    row("with apt", fmt::format("{} in {} packages, Essential ones included", base::human_size(architecture.apt_size),
                                architecture.apt_packages));
    for (const auto& finding : image.verdict.findings)
      row("note", fmt::format("{} [{}]", base::printable(finding.text), finding.id));
    for (const auto& [finding, reason] : image.verdict.allowed)
      row("allowed", base::printable(
                         fmt::format("{}{}{}: {}", finding.id, finding.path.empty() ? "" : " ", finding.path, reason)));
    for (const auto& waived : selection.waived) row("waived", base::printable(waived));
  }
  for (std::size_t i = 0; i < result.written.size() && !recipe.variants.empty(); ++i) {
    row("variant", fmt::format("{}  {}", result.written[i].reference, result.written[i].digest.oci()));
  }
  if (lock) row("lock", told(*lock, options.recipe));
  switch (options.to) {
    case To::oci:
      row("written", fmt::format("{} (OCI layout; debone run {})", result.output.string(), runnable(result)));
      break;
    case To::docker:
      row("written", fmt::format("{} (docker load -i {})", result.output.string(), result.output.string()));
      break;
    case To::rootfs: row("written", fmt::format("{} (plain directory)", result.output.string())); break;
  }
  if (options.timings) {
    for (const auto& timing : progress.timings())
      text += fmt::format("  {:<9} {:.3f} s\n", timing.stage, timing.seconds);
  }
  return text;
}

// A recipe of the catalog gets its lock here; beside a file of the user's, `debone lock` alone writes one.
std::optional<LockSaid> write_lock_of(const Options& options, const recipe::Recipe& recipe,
                                      const std::vector<Built>& built, store::Store& store) {
  if (is_recipe_file(options.recipe)) return std::nullopt;
  std::vector<LockPart> parts;
  for (const auto& one : built) {
    parts.push_back({one.selection.architecture, one.selection.suites, one.selection.waived, one.image.accounts});
  }
  const auto path = lock_path(options.recipe);
  const bool checked = write_lock(join_lock(recipe, std::move(parts)), path, store);
  return LockSaid{path, false, checked};
}

void require_finisher(const std::string& name) {
  const auto names = effects::finisher_names();
  if (name.empty() || std::ranges::count(names, name) > 0) return;
  throw Error(Exit::usage, fmt::format("there is no finisher '{}'", name))
      .hint(fmt::format("finishers are {}", base::join({names.begin(), names.end()}, ", ")));
}

int build(const Options& options) {
  Progress progress;
  const auto recipe = find_recipe(options.recipe);
  const auto archs = architectures(options.archive, recipe);
  if (archs.size() > 1 && options.to != To::oci) {
    throw Error(Exit::usage, fmt::format("--to {} holds one architecture, but {} are asked for: {}",
                                         name_of(options.to), archs.size(), base::join(archs, ", ")))
        .hint("choose one with --arch, or write an OCI layout");
  }
  const auto variants = variants_of(options, recipe);
  require_output(options, recipe, variants);
  require_finisher(options.without_finisher);
  const auto lock = find_lock(options.recipe, recipe, options.archive.offline);
  if (!lock && !is_recipe_file(options.recipe)) image::require_writable_parent(lock_path(options.recipe));
  store::Store store(store::Store::default_root());
  const BuildContext context{store,
                             archive_options(options.archive, recipe),
                             source_date_epoch(),
                             options.to != To::rootfs,
                             progress,
                             options.strict,
                             options.without_finisher};
  std::vector<Built> built;
  for (const auto& architecture : archs) {
    built.push_back(build_recipe(recipe, options.recipe, lock, architecture, variants, context));
  }
  const auto result = write(options, recipe, variants, built, progress);
  // Last: a lock says that there is an image of it.
  const auto said =
      lock ? LockSaid{lock->path, true, was_checked(lock->text, store)} : write_lock_of(options, recipe, built, store);
  print(options.format == Format::json ? json_of(options, recipe, result, said, built, progress).dump(2) + "\n"
                                       : text_of(options, recipe, result, said, built, progress));
  return 0;
}

}  // namespace

Command build_command() {
  return {
      .name = "build",
      .summary = "Build an image from a recipe",
      .description =
          "Builds the image that RECIPE describes: a file, or the name of a recipe of the catalog. Every package comes "
          "from "
          "a source whose signature is verified; what was fetched is kept in the store ($DEBONE_STORE, or "
          "$XDG_CACHE_HOME/debone) and not fetched again. The same packages give the same bits, whatever the time, "
          "user, "
          "folder or number of cores. SOURCE_DATE_EPOCH sets the image's date.",
      .examples = {{"debone build php-fpm", "builds the catalog's php-fpm as the OCI layout ./php-fpm"},
                   {"debone build app.yaml --to docker && docker load -i app.tar", "gives an image to Docker"},
                   {"debone build app.yaml --arch amd64 --arch arm64", "one layout for two architectures"},
                   {"debone build app.yaml --source vendor=http://127.0.0.1:8000,./key.gpg",
                    "takes the recipe's source 'vendor' from another address and key"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("RECIPE", options->recipe, "A recipe's file, or a name in the catalog")
                ->required()
                ->type_name("");
            app.add_option("-o,--output", options->output, "Where to write (./NAME, ./NAME.tar or ./NAME.rootfs)")
                ->type_name("PATH");
            add_choice(app, "--to", options->to, destinations,
                       "What to write: oci (a layout directory, the default), docker (an archive) or rootfs (a "
                       "plain directory)",
                       "KIND");
            app.add_option("--tag", options->tag,
                           "The image's reference (latest; for docker NAME:latest); of a variant REF-VARIANT")
                ->type_name("REF");
            app.add_option(
                   "--variant", options->variants,
                   "Write that one of the recipe's variants alone: latest, nonroot, debug or debug-nonroot; may "
                   "be repeated")
                ->type_name("VARIANT")
                ->allow_extra_args(false);
            add_archive_options(app, options->archive,
                                "A Debian architecture to build for, instead of the recipe's; may be repeated");
            app.add_flag("--strict", options->strict,
                         "Fail where a maintainer script is not in the table of effects, or has changed since");
            // For the comparison with a real installation, which each finisher's absence must fail.
            app.add_option("--without-finisher", options->without_finisher)->group("");
            app.add_flag("--timings", options->timings, "Print each stage's time in the summary");
            add_format(app, options->format);
            return [options] { return build(*options); };
          },
  };
}

}  // namespace debone::cli
