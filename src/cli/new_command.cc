#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/embedded.h"
#include "cli/find_recipe.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/php_files.h"
#include "cli/progress.h"

namespace debone::cli {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

struct Options {
  std::string kind;
  std::string folder = ".";
  std::string public_dir;
  std::vector<std::string> ignored;
  bool force = false;
  Format format = Format::text;
};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::string shown(const fs::path& path) { return path.lexically_normal().string(); }

php::Project read_folder(const fs::path& folder) {
  const auto json = folder / "composer.json";
  if (!is_there(json)) {
    throw Error(Exit::usage, "no such file")
        .at(shown(json))
        .hint("name the folder of a PHP application that has one; `composer init` makes one");
  }
  const auto text = base::read_file(json, php::largest_json);
  const auto lock = folder / "composer.lock";
  std::optional<std::string> locked;
  if (is_there(lock)) locked = base::read_file(lock, php::largest_lock);
  return php::read_project(text, shown(json), locked, shown(lock));
}

// As an image may be called: the application's name without its vendor, or that of its folder.
std::string image_name(const php::Project& project, const fs::path& folder) {
  auto written = project.name.substr(project.name.rfind('/') + 1);
  if (written.empty()) written = fs::canonical(folder).filename().string();
  std::string name;
  for (const char c : base::lower(written)) {
    const bool plain = base::is_digit(c) || (c >= 'a' && c <= 'z');
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min<std::size_t>(name.size(), 100));
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "app" : name;
}

// A folder that is said to be the public one, by --public or composer.json.
std::string checked_public_dir(const fs::path& folder, const std::string& written, const std::string& by) {
  const auto path = fs::path(written).lexically_normal();
  auto text = path.string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const bool plain = std::ranges::all_of(text, [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-' ||
           c == '/';
  });
  if (!plain || text.starts_with('/') || text.starts_with('-') || text.starts_with("..")) {
    throw Error(Exit::usage, fmt::format("{} names no folder below the application's by '{}'", by, written))
        .hint("it is relative, of letters, digits, '.', '_', '-' and '/'");
  }
  std::error_code ignored;
  if (!fs::is_directory(folder / path, ignored)) {
    throw Error(Exit::usage, fmt::format("there is no folder '{}', which {} names", shown(folder / path), by));
  }
  return text;
}

std::string public_dir_of(const fs::path& folder, const php::Project& project, const Options& options) {
  if (!options.public_dir.empty()) return checked_public_dir(folder, options.public_dir, "--public");
  if (!project.public_dir.empty()) {
    return checked_public_dir(folder, project.public_dir, "extra.public-dir of composer.json");
  }
  for (const auto* const page : {"index.php", "index.html"}) {
    for (const auto* const place : {"public", "web", "webroot", "."}) {
      if (is_file(folder / place / page)) return place;
    }
  }
  throw Error(Exit::usage, "no index.php in public/, web/, webroot/ or the folder itself")
      .at(shown(folder))
      .hint("--public names the folder that the web server serves");
}

// The packages that the catalog's recipe lacks, each with what it is for.
std::vector<std::string> packages_beside_catalog(const php::Platform& platform) {
  std::set<std::string> there;
  const auto catalog = find_recipe(php_recipe(platform.php));
  for (const auto& request : catalog.packages) there.insert(request.name);
  std::map<std::string, std::vector<std::string>> needed;
  for (const auto& extension : platform.extensions) {
    if (extension.package.empty() || there.contains(extension.package)) continue;
    needed[extension.package].push_back("ext-" + extension.name);
  }
  std::vector<std::string> packages;
  for (const auto& [package, extensions] : needed) {
    packages.push_back(fmt::format("{}  # {}", package, base::join(extensions, " ")));
  }
  return packages;
}

void refuse_existing(const fs::path& folder, const std::vector<NewFile>& files) {
  std::vector<std::string> there;
  for (const auto& file : files) {
    if (is_there(folder / file.path)) there.push_back(file.path);
  }
  if (there.empty()) return;
  throw Error(Exit::usage, fmt::format("already there: {}", base::join(there, ", ")))
      .at(shown(folder))
      .hint("--force writes over them");
}

// All of them, or none where one cannot be written.
void write_files(const fs::path& folder, const std::vector<NewFile>& files) {
  std::deque<base::AtomicFile> written;
  for (const auto& file : files) {
    const auto target = folder / file.path;
    if (fs::is_directory(fs::symlink_status(target))) {
      throw Error(Exit::usage, "a folder stands where a file is to be written").at(shown(target));
    }
    written.emplace_back(target).write(file.content);
  }
  for (auto& file : written) file.commit();
}

std::string text_of(const PhpApplication& application, const std::vector<NewFile>& files, const fs::path& folder) {
  const auto& php = application.platform.php;
  std::string text = fmt::format("{}: PHP {} of {}{}{}\n", application.name, php.version, php.debian,
                                 application.framework.name.empty() ? "" : ", ", application.framework.name);
  for (const auto& package : application.packages) text += fmt::format("  package   {}\n", package);
  text += fmt::format("  public    {}\n", application.public_dir);
  for (const auto& file : files) text += fmt::format("  written   {}\n", shown(folder / file.path));
  return text;
}

nlohmann::ordered_json json_of(const PhpApplication& application, const std::vector<NewFile>& files,
                               const std::vector<std::string>& warnings) {
  auto extensions = nlohmann::ordered_json::array();
  for (const auto& extension : application.platform.extensions) {
    extensions.push_back(
        {{"name", extension.name}, {"package", extension.package}, {"required-by", extension.asked_by}});
  }
  auto written = nlohmann::ordered_json::array();
  for (const auto& file : files) written.push_back(file.path);
  return {{"name", application.name},
          {"php", application.platform.php.version},
          {"suite", application.platform.php.codename},
          {"framework", application.framework.name},
          {"public", application.public_dir},
          {"extensions", extensions},
          {"files", written},
          {"warnings", warnings}};
}

int new_php(const Options& options) {
  const fs::path folder = options.folder;
  const auto project = read_folder(folder);
  std::set<std::string> ignored;
  for (const auto& name : options.ignored) ignored.insert(base::lower(name));
  const auto table = [] {
    for (const auto& file : embedded_templates()) {
      if (file.path == "php/extensions") return php::Extensions::parse(file.content);
    }
    throw Error(Exit::internal, "the table of extensions is not embedded");
  }();

  PhpApplication application;
  application.platform = php::choose_platform(project, table, ignored);
  application.framework = php::framework_of(project.requires_packages);
  application.name = image_name(project, folder);
  application.public_dir = public_dir_of(folder, project, options);
  application.packages = packages_beside_catalog(application.platform);
  application.has_index = is_file(folder / application.public_dir / "index.php");
  application.has_vendor = !project.requires_packages.empty();
  application.has_env_file = is_file(folder / ".env");
  const auto files = php_files(application);
  if (!options.force) refuse_existing(folder, files);
  write_files(folder, files);

  Progress progress;
  for (const auto& note : application.platform.notes) progress.warning(note);
  if (application.has_vendor && !is_there(folder / "composer.lock")) {
    progress.warning("there is no composer.lock: which extensions the required packages need is not known");
  }
  for (const auto& package : project.not_locked) {
    progress.warning(fmt::format("composer.lock lacks {}, which composer.json requires: run `composer update`",
                                 base::printable(package)));
  }
  if (application.has_vendor && !is_there(folder / "vendor/autoload.php")) {
    progress.warning("there is no vendor/autoload.php: run `composer install --no-dev` before the images are built");
  }
  if (options.format == Format::json) {
    print(json_of(application, files, progress.warnings()).dump(2) + "\n");
  } else {
    print(text_of(application, files, folder));
  }
  return 0;
}

int run_new(const Options& options) {
  if (options.kind == "php") return new_php(options);
  throw Error(Exit::usage, fmt::format("nothing of the kind '{}' can be begun", options.kind))
      .hint("the one kind is: php");
}

}  // namespace

Command new_command() {
  return {
      .name = "new",
      .summary = "Write the recipes for an application that you have",
      .description =
          "`debone new php` reads composer.json, and composer.lock where it is there, in DIR and writes beside them "
          "what makes images of the application: a recipe for php-fpm with the packages of the extensions that it and "
          "its locked packages require, on the newest Debian whose PHP fits; one for nginx with its public folder; "
          "structure tests of both, a compose.yaml that runs them, and a .deboneignore. config.platform.php chooses "
          "among the PHPs that fit. Nothing that is there is overwritten without --force, and DIR gets all of the "
          "files or none.",
      .examples = {{"debone new php shop", "writes the recipes for the application in shop/"},
                   {"debone new php --ignore-platform-req ext-swoole",
                    "for the one in this folder, without an extension that Debian does not have"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("KIND", options->kind, "What the application is: php")->required()->type_name("");
            app.add_option("DIR", options->folder, "Its folder; this one unless said otherwise")->type_name("");
            app.add_flag("--force", options->force, "Write over files that are there");
            app.add_option("--public", options->public_dir,
                           "The folder that the web server serves, relative to DIR; else extra.public-dir of "
                           "composer.json, or public, web, webroot or DIR itself, where an index is")
                ->type_name("FOLDER");
            app.add_option("--ignore-platform-req", options->ignored,
                           "A requirement that does not count, as composer has it: ext-NAME, or php. May be given "
                           "several times")
                ->type_name("NAME")
                ->allow_extra_args(false);
            add_format(app, options->format);
            return [options] { return run_new(*options); };
          },
  };
}

}  // namespace debone::cli
