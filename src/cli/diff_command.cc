#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/archive_options.h"
#include "cli/command.h"
#include "cli/differences.h"
#include "cli/differences_text.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/one_of.h"
#include "cli/output.h"
#include "cli/select_packages.h"
#include "cli/side.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

enum class DiffFormat { text, json, dot };

const std::map<std::string, DiffFormat> formats{
    {"dot", DiffFormat::dot}, {"json", DiffFormat::json}, {"text", DiffFormat::text}};

struct Options {
  std::string before;
  std::string after;
  ArchiveOptions archive;
  bool every_path = false;
  DiffFormat format = DiffFormat::text;
};

enum class Kind { image, lock, recipe };

// By the name alone, so that what is malformed is told as what it was meant to be.
Kind kind_of(const std::string& what) {
  std::error_code ignored;
  const auto extension = fs::path(what).extension();
  if (fs::is_regular_file(what, ignored)) {
    if (extension == ".lock") return Kind::lock;
    if (extension == ".yaml" || extension == ".yml") return Kind::recipe;
  }
  if (!fs::exists(what, ignored) && catalog_text(what)) return Kind::recipe;
  // An image may be "PATH:NAME".
  if (fs::exists(what, ignored) || fs::exists(what.substr(0, what.find(':')), ignored)) return Kind::image;
  throw Error(Exit::usage, "no such file or folder, nor a recipe of that name in the catalog")
      .at(what)
      .hint("name an image (a folder or an archive), a lock, or a recipe");
}

Side read_image(const std::string& what, const std::vector<std::string>& archs) {
  if (archs.size() > 1) {
    throw Error(Exit::usage, fmt::format("an image is for one architecture, but --arch names {}", archs.size()))
        .at(what)
        .hint("name one");
  }
  std::string platform;
  if (!archs.empty()) {
    const auto [architecture, variant] = image::platform_of(archs[0]);
    platform = architecture + (variant.empty() ? "" : "/" + variant);
  }
  return base::while_doing("reading " + what, [&] { return side_of(image::StoredImage::open(what, platform), what); });
}

// The side, or nothing for a recipe without a lock.
std::optional<Side> read(const std::string& what, const Options& options) {
  switch (kind_of(what)) {
    case Kind::image: return read_image(what, options.archive.archs);
    case Kind::lock: return side_of(read_lock(what)->lock, what);
    case Kind::recipe: break;
  }
  const auto recipe = find_recipe(what);
  const auto lock = find_lock(what, recipe);
  return lock ? std::optional(side_of(recipe, lock->lock, what)) : std::nullopt;
}

// A recipe without a lock, for the architectures of what it is compared with.
Side resolve_side(const std::string& what, const std::optional<Side>& other, const Options& options) {
  const auto recipe = find_recipe(what);
  std::vector<std::string> archs;
  if (other) {
    for (const auto& each : other->packages.architectures) archs.push_back(each.name);
  } else {
    archs = architectures(options.archive, recipe);
  }
  Progress progress;
  store::Store store(store::Store::default_root());
  const BuildContext context{store, archive_options(options.archive, recipe), std::nullopt, false, progress};
  std::vector<resolve::LockedArchitecture> resolved;
  for (const auto& arch : archs) {
    resolved.push_back(base::while_doing(fmt::format("resolving {} for {}", recipe.name, arch),
                                         [&] { return select_by_resolving(recipe, arch, context).architecture; }));
  }
  return side_of(recipe, std::move(resolved), what);
}

// What is no image is compared for the architectures that --arch names, or the one of the image.
void restrict_by(const Options& options, const Side& other, Side& side) {
  if (side.image) return;
  if (other.image) {
    restrict_to(side, {other.packages.architectures.at(0).name});
  } else if (!options.archive.archs.empty()) {
    restrict_to(side, options.archive.archs);
  }
}

int diff(const Options& options) {
  auto before = read(options.before, options);
  auto after = read(options.after, options);
  if (before) restrict_by(options, after ? *after : *before, *before);
  if (after) restrict_by(options, before ? *before : *after, *after);
  if (!before) before = resolve_side(options.before, after, options);
  if (!after) after = resolve_side(options.after, before, options);
  make_comparable(*before, *after);
  const auto found = differences(*before, *after);
  switch (options.format) {
    case DiffFormat::text: print(text_of(found, *before, *after, options.every_path)); break;
    case DiffFormat::json: print(json_of(found, *before, *after).dump(2) + "\n"); break;
    case DiffFormat::dot: print(dot_of(found, *before, *after)); break;
  }
  return static_cast<int>(found.empty() ? Exit::done : Exit::does_not_hold);
}

}  // namespace

Command diff_command() {
  return {
      .name = "diff",
      .summary = "Compare two images, locks or recipes",
      .description =
          "Compares A with B, each an image (an OCI layout, its tar, or a docker archive; debone's or another tool's), "
          "a lock, or a recipe, which stands for its lock or, without one, is resolved. Compared is what both sides "
          "have: of images packages, configuration, and every path's type, content, mode, owner and link target, "
          "layers applied in order; of a lock packages and accounts; of a recipe the configuration too. Times are not "
          "compared. The summary is the last line; exit status 0 says that nothing differs, 1 that something does.",
      .examples = {{"debone diff old/php-fpm.lock php-fpm.lock", "what a new lock changes, for a merge request"},
                   {"debone diff php-fpm php-fpm-old.tar", "an OCI layout and a docker archive"},
                   {"debone diff php-fpm.yaml php-fpm", "whether an image is as its recipe and lock say"},
                   {"debone diff a b --files --format json", "every path, for a program to read"},
                   {"debone diff a b --format dot | dot -Tsvg >diff.svg", "a drawing, by Graphviz"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("A", options->before, "An image, a lock or a recipe")->required()->type_name("");
            app.add_option("B", options->after, "Likewise")->required()->type_name("");
            app.add_flag("--files", options->every_path, "A line for every path, those of changed packages too");
            add_archive_options(app, options->archive, "Which of several Debian architectures");
            add_choice(app, "--format", options->format, formats,
                       "What the result on stdout is: text (the default), json, or dot", "FORMAT");
            return [options] { return diff(*options); };
          },
  };
}

}  // namespace debone::cli
