#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/error.h"
#include "cli/command.h"
#include "cli/differences.h"
#include "cli/differences_text.h"
#include "cli/find_recipe.h"
#include "cli/lock_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/side.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

struct Options {
  std::string before;
  std::string after;
  std::string arch;
  bool every_path = false;
  Format format = Format::text;
};

bool ends_with_any(const std::string& text, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return text.ends_with(ending); });
}

// A recipe stands for its lock.
Side side_of_recipe(const std::string& what) {
  const auto recipe = find_recipe(what);
  return side_of(require_lock(what, recipe, "the recipe has no lock").lock, what);
}

Side read_side(const std::string& what, const std::string& arch) {
  std::error_code ignored;
  const bool is_file = fs::exists(what, ignored) && !fs::is_directory(what, ignored);
  if (is_file && ends_with_any(what, {".lock"})) return side_of(read_lock(what)->lock, what);
  if (is_file && ends_with_any(what, {".yaml", ".yml"})) return side_of_recipe(what);
  if (!fs::exists(what, ignored) && catalog_text(what)) return side_of_recipe(what);
  // An image may be "PATH:NAME".
  if (!fs::exists(what.substr(0, what.find(':')), ignored)) {
    throw Error(Exit::usage, "no such file or folder, nor a recipe of that name in the catalog")
        .at(what)
        .hint("name an image (a folder or an archive), a lock, or a recipe");
  }
  std::string platform;
  if (!arch.empty()) {
    const auto [architecture, variant] = image::platform_of(arch);
    platform = architecture + (variant.empty() ? "" : "/" + variant);
  }
  return base::while_doing("reading " + what, [&] { return side_of(image::StoredImage::open(what, platform), what); });
}

int diff(const Options& options) {
  auto before = read_side(options.before, options.arch);
  auto after = read_side(options.after, options.arch);
  const auto restrict = [&](Side& side, const Side& other) {
    if (side.image) return;
    if (!options.arch.empty()) restrict_to(side, options.arch);
    if (other.image) restrict_to(side, other.packages.architectures.at(0).name);
  };
  restrict(before, after);
  restrict(after, before);
  make_comparable(before, after);
  const auto found = differences(before, after);
  print(options.format == Format::json ? json_of(found, before, after).dump(2) + "\n"
                                       : text_of(found, before, after, options.every_path));
  return static_cast<int>(found.empty() ? Exit::done : Exit::does_not_hold);
}

}  // namespace

Command diff_command() {
  return {
      .name = "diff",
      .summary = "Compare two images, locks or recipes",
      .description =
          "Compares A with B, each an image (an OCI layout, its tar, or a docker archive; debone's or another tool's), "
          "a lock, or a recipe, which stands for its lock. Of two images all is compared: packages, configuration, and "
          "every path's type, content, mode, owner and link target, layers applied in order; of a lock its packages "
          "and accounts. Times are not compared. The summary is the last line; exit status 0 says that nothing "
          "differs, 1 that something does.",
      .examples = {{"debone diff old/php-fpm.lock php-fpm.lock", "what a new lock changes, for a merge request"},
                   {"debone diff php-fpm php-fpm-old.tar", "an OCI layout and a docker archive"},
                   {"debone diff php-fpm.lock php-fpm", "whether an image holds what its lock says"},
                   {"debone diff a b --files --format json", "every path, for a program to read"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("A", options->before, "An image, a lock or a recipe")->required()->type_name("");
            app.add_option("B", options->after, "Likewise")->required()->type_name("");
            app.add_option("--arch", options->arch, "Which of several architectures, in Debian's words: amd64, armhf")
                ->type_name("ARCH");
            app.add_flag("--files", options->every_path, "A line for every path, those of changed packages too");
            add_format(app, options->format);
            return [options] { return diff(*options); };
          },
  };
}

}  // namespace debone::cli
